# SPDX-License-Identifier: GPL-2.0-or-later
"""A source with an event loop: a TCP server to which clients send lines."""

import asyncio
from typing import Any, Dict, Set

from syslogng import LogMessage, LogSource


# region: class
class Lines(LogSource):
    """Makes a message of each line. While syslog-ng takes none, post_message() holds up the loop, and so all clients."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the options "address" and "port"."""
        self.address, self.port = options["address"], int(options["port"])
        self.loop = asyncio.new_event_loop()
        self.exit = asyncio.Event()
        return True

    def run(self) -> None:
        """Run the loop until the end. A port that is taken raises: run() is called again after time-reopen()."""
        self.loop.run_until_complete(self.serve())

    def request_exit(self) -> None:
        """Have run() return. Called on another thread than the loop's."""
        self.loop.call_soon_threadsafe(self.exit.set)

    def deinit(self) -> None:
        """Let go of the loop."""
        self.loop.close()

    async def serve(self) -> None:
        """Listen, until the end; leave no connection behind."""
        self.clients: "Set[asyncio.Task[None]]" = set()
        server = await asyncio.start_server(self.connected, self.address, self.port)
        await self.exit.wait()
        server.close()
        for client in self.clients:
            client.cancel()
        await asyncio.gather(*self.clients, return_exceptions=True)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin with a client."""
        client = self.loop.create_task(self.read(reader, writer))
        self.clients.add(client)
        client.add_done_callback(self.clients.discard)

    async def read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Post what a client sends. One that sends a line of more than 64 KiB is cut off."""
        try:
            async for line in reader:
                self.post_message(LogMessage(line.rstrip(b"\r\n")))
        except (OSError, ValueError):
            pass
        except RuntimeError as error:
            if str(error) != "source is stopping":
                raise
        finally:
            writer.close()
# endregion
