# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import asyncio


class D(LogDestination):
    async def work(self, msg):
        await asyncio.sleep(0)
        trace("work", text(msg))
        return True

    def send(self, msg):
        return asyncio.run(self.work(msg))
