# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of a web server that takes messages, at once. Used by tests/examples_threads.rs.

usage: http_clients.py URL CLIENTS REQUESTS

Prints a line for each message: "200 text" when the server took it, "503 text" when it answered that it did not, and the client
gave it up, "lost text" when no answer came, and "error ..." when something went wrong.
"""

import http.client
import json
import sys
import threading
import time
import urllib.error
import urllib.request

URL, CLIENTS, REQUESTS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
DEADLINE = time.monotonic() + 60
GIVE_UP = 20


def request(texts, kind):
    """Send texts, and give how many of them were taken; None if no answer came, 0 if nobody was there."""
    if kind == "text":
        body, content = texts[0].encode(), "text/plain"
    else:
        records = [{"message": text, "program": "client"} for text in texts]
        body, content = json.dumps(records if kind == "list" else records[0]).encode(), "application/json"
    try:
        with urllib.request.urlopen(urllib.request.Request(URL, body, {"Content-Type": content}), timeout=60) as answer:
            accepted = json.load(answer)["accepted"]
            assert accepted == len(texts), accepted
            return accepted
    except urllib.error.HTTPError as error:
        assert error.code == 503, error
        return json.load(error)["accepted"]
    except urllib.error.URLError as error:
        return 0 if isinstance(error.reason, ConnectionRefusedError) else None
    except (http.client.HTTPException, ConnectionError):
        return None


def client(number):
    """Send requests one after the other."""
    for n in range(REQUESTS):
        kind = ("text", "object", "list")[n % 3]
        texts = ["%d.%d.%d" % (number, n, part) for part in range(5 if kind == "list" else 1)]
        tries = 0
        while texts and time.monotonic() < DEADLINE:
            accepted = request(texts, kind)
            if accepted is None:
                say("lost", texts)
                break
            say("200", texts[:accepted])
            texts = texts[accepted:]
            tries += 1
            if tries == GIVE_UP:
                say("503", texts)
                break
            if texts:
                time.sleep(0.1)
        else:
            say("error: no end for", texts)


def say(outcome, texts):
    """Print what became of texts."""
    sys.stdout.write("".join("%s %s\n" % (outcome, text) for text in texts))
    sys.stdout.flush()


def guarded(number):
    """Run a client, and tell of what it did not expect."""
    try:
        client(number)
    except BaseException as error:
        say("error", [repr(error)])


threads = [threading.Thread(target=guarded, args=(number,)) for number in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
