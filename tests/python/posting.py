# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads that post all at once, and a destination that stalls now and then. Used by tests/posting.rs."""

import json
import os
import random
import sys
import threading
import time

from syslogng import ConsecutiveAckTracker, LogDestination, LogFetcher, LogMessage, LogSource

sys.setswitchinterval(1e-6)

THREADS = int(os.environ["THREADS"])
MESSAGES = int(os.environ["MESSAGES"])
STALL = float(os.environ["STALL"])

# How many messages of each thread syslog-ng has. Survives a reload here, and a stop in a file.
accepted = [0] * THREADS
if os.path.exists("accepted"):
    with open("accepted") as file:
        accepted = json.load(file)


def trace(*words):
    """Add a line to the file trace."""
    with open("trace", "a") as file:
        print(*words, file=file, flush=True)


class S(LogSource):
    """Posts from many threads, run()'s among them, in each of the ways that there are."""

    def init(self, options):
        """Start the threads: what they post waits for run()."""
        self.exit = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(1, THREADS)]
        for thread in self.threads:
            thread.start()
        return True

    def run(self):
        """Post as the first of the threads."""
        self.work(0)
        self.exit.wait()

    def request_exit(self):
        """Wait for the threads: those that post are told before this is called."""
        self.exit.set()
        for thread in self.threads:
            thread.join()

    def deinit(self):
        """Keep what the next source, or the next daemon, goes on with."""
        with open("accepted", "w") as file:
            json.dump(accepted, file)

    def work(self, n):
        """Post what is left for thread n."""
        try:
            while accepted[n] < MESSAGES:
                self.step(n)
        except RuntimeError as error:
            if str(error) != "source is stopping":
                trace("unexpected", n, error)
        except BaseException as error:
            trace("unexpected", n, type(error).__name__, error)

    def step(self, n):
        """Post one message, or some."""
        first = accepted[n]
        count = min(random.choice((1, 1, 1, 7, 40)), MESSAGES - first)
        messages = [LogMessage("%d %d" % (n, number)) for number in range(first, first + count)]
        if count == 1:
            self.post_message(messages[0])
            accepted[n] += 1
            return
        try:
            accepted[n] += self.post_messages(iter(messages) if count == 7 else messages)
        except RuntimeError as error:
            accepted[n] += error.posted
            raise
        if random.random() < 0.01:
            self.close_batch()


class Lists(LogFetcher):
    """Fetches lists that are longer than the window."""

    def fetch(self):
        """Give a list of up to 50 messages, now and then an empty one."""
        first = accepted[0]
        if first == MESSAGES:
            return (self.FETCH_NO_DATA,)
        last = min(first + random.randrange(50), MESSAGES)
        accepted[0] = last
        return (self.FETCH_SUCCESS, [LogMessage("0 %d" % number) for number in range(first, last)])


class AckedLists(LogFetcher):
    """Fetches such lists from behind what has been delivered when it is made."""

    def init(self, options):
        """Ask for acknowledgements."""
        self.ack_tracker = ConsecutiveAckTracker(ack_callback=self.acked)
        self.next = accepted[0]
        return True

    def acked(self, bookmark):
        """Note how far it has come."""
        accepted[0] = max(accepted[0], bookmark)

    def fetch(self):
        """Give a list of up to 50 messages."""
        if self.next == MESSAGES:
            return (self.FETCH_NO_DATA,)
        first, self.next = self.next, min(self.next + random.randrange(50), MESSAGES)
        numbers = range(first, self.next)
        return (self.FETCH_SUCCESS, [LogMessage("0 %d" % number, number + 1) for number in numbers])


class D(LogDestination):
    """Writes what it gets, and takes seconds for it at times."""

    def init(self, options):
        """Open the file."""
        self.file = open("arrived", "a")
        return True

    def send_batch(self, batch):
        """Write a line for each message."""
        if random.random() < STALL / 100:
            time.sleep(random.uniform(0.5, 2))
        self.file.writelines(line.decode() + "\n" for line in batch.column("MESSAGE"))
        self.file.flush()
        return True

    def deinit(self):
        """Close the file."""
        self.file.close()
