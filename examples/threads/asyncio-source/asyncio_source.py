# SPDX-License-Identifier: GPL-2.0-or-later
"""A source with an event loop, which looks for files, and an executor, whose threads read and post them.

Each line of a *.gz file in a folder is a message; when syslog-ng has all of them the file is removed. With a file that syslog-ng's
end or a reload interrupts it goes on at the line where it was. Files are to be put there by renaming them when they are complete,
each with a name of its own.
"""

import asyncio
import gzip
import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

from syslogng import Logger, LogMessage, LogSource, Persist


class SpoolSource(LogSource):
    """Reads some files at a time."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready.

        Args:
            options: "folder", and "workers": how many files are read at a time.

        Returns:
            True.
        """
        self.folder = Path(options["folder"])
        self.workers = int(options["workers"])
        self.logger = Logger()
        # How many lines of a file that is not done syslog-ng has.
        self.positions = Persist(persist_name=self.persist_name)
        self.loop = asyncio.new_event_loop()
        self.exit = asyncio.Event()
        return True

    def run(self) -> None:
        """Run the event loop; return when no thread posts any more."""
        self.loop.run_until_complete(self.watch())

    def request_exit(self) -> None:
        """Have run() return. Threads that waited for syslog-ng to take messages are told already."""
        self.loop.call_soon_threadsafe(self.exit.set)

    def deinit(self) -> None:
        """Let go of the loop."""
        self.loop.close()

    async def watch(self) -> None:
        """Look for files every half second, and have each read."""
        tasks: "Dict[Path, asyncio.Task[bool]]" = {}
        with ThreadPoolExecutor(self.workers) as executor:
            while not self.exit.is_set():
                for path in sorted(self.folder.glob("*.gz")):
                    if path not in tasks:
                        tasks[path] = self.loop.create_task(self.take(path, executor))
                try:
                    await asyncio.wait_for(self.exit.wait(), 0.5)
                except asyncio.TimeoutError:
                    pass
                # One that failed stays, so that it is not tried again before the next reload.
                tasks = {path: task for path, task in tasks.items() if not (task.done() and task.result())}
            await asyncio.gather(*tasks.values())

    async def take(self, path: Path, executor: ThreadPoolExecutor) -> bool:
        """Have a file posted, and remember how far that went.

        Returns:
            Whether it is done with.
        """
        name = path.name
        first = self.positions[name] if name in self.positions else 0
        lines = await self.loop.run_in_executor(executor, self.post_file, path, first)
        if lines is not None:
            self.positions[name] = lines
        elif name in self.positions:
            del self.positions[name]
        return lines is None

    def post_file(self, path: Path, first: int) -> Optional[int]:
        """Post the lines of a file from `first` on, on a thread of the executor, and remove the file.

        Returns:
            None, or how many lines of the file syslog-ng has if that is not all of them.
        """
        posted = 0
        try:
            posted = self.post_messages(_messages(path, first))
            path.unlink()
            return None
        except Exception as error:
            if str(error) != "source is stopping":
                self.logger.error(f"{path}: {error!r}")
            return first + getattr(error, "posted", posted)


def _messages(path: Path, first: int) -> Iterator[LogMessage]:
    """Make messages of the lines of a file, without the first ones."""
    with gzip.open(path, "rb") as lines:
        for line in itertools.islice(lines, first, None):
            yield LogMessage(line.rstrip(b"\r\n"))
