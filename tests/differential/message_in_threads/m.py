# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


import threading


class D(LogDestination):
    def send(self, msg):
        shared, failed = LogMessage("text"), []

        def work(number):
            try:
                for turn in range(200):
                    made = LogMessage("%d" % number)
                    made["n"] = "x" * turn
                    made["copy"] = made["MESSAGE"]
                    shared["value.%d" % number] = "y" * turn
                    made.keys(), shared.keys(), made["DATE"]
                    if made["copy"] != b"%d" % number or made["n"] != b"x" * turn:
                        failed.append(number)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        trace(failed, [len(shared["value.%d" % number]) for number in range(8)])
        return True
