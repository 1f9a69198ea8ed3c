# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated input, and more of it than ``make check`` takes: options, messages, value-pairs, Persist and results of methods."""

import os
import re
import subprocess
from pathlib import Path
from typing import List

from host import Row, Setting

CASES = 5000
LONGEST_SECONDS = 1800
ROOT = Path(__file__).resolve().parent.parent

# The properties of the code by itself, and those of a daemon that it is handed to.
TESTS = {
    "in the module": ["--lib", "--", "properties"],
    "through a daemon": ["--test", "properties"],
}


def run(setting: Setting) -> List[Row]:
    """The campaign."""
    return [one(what, tests, setting.times(CASES, 256)) for what, tests in TESTS.items()]


def one(what: str, tests: List[str], cases: int) -> Row:
    """Runs some of the tests with that many cases each."""
    row = Row("fuzz", f"generated input {what}")
    command = [os.environ.get("CARGO", "cargo"), "test", "--quiet", "--locked", "--features", "panic-injection", "-p", "syslog-ng-python"]
    environment = {**os.environ, "PROPTEST_CASES": str(cases)}
    try:
        ended = subprocess.run(
            command + tests, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        row.problems.append(f"was not over after {LONGEST_SECONDS} s")
        return row
    passed = sum(int(number) for number in re.findall(r"^test result: ok\. (\d+) passed", ended.stdout, re.MULTILINE))
    row.tried = f"{passed} properties, {cases} cases each"
    row.must(ended.returncode == 0 and passed > 0, (ended.stdout + ended.stderr)[-2000:])
    return row
