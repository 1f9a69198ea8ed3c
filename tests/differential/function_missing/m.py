# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


trace("imported")
