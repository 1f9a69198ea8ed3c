# SPDX-License-Identifier: GPL-2.0-or-later
"""A header for http() that proves who sent a request: an HMAC of its body."""

import hmac
from pathlib import Path
from typing import Any, Dict, List

from syslogng import Logger


# region: class
class Sign:
    """Signs each request. It needs no base class."""

    def __init__(self, options: Dict[str, Any]) -> None:
        """Take the option "key-file". A file that is not there raises, which refuses the configuration."""
        self.key = Path(options["key_file"]).read_bytes().strip()
        self.logger = Logger()

    def get_headers(self, body: str, headers: List[str]) -> List[str]:
        """Give the headers to be added. Bytes of the body that are no UTF-8 are in it as lone surrogates."""
        digest = hmac.digest(self.key, body.encode("utf-8", "surrogateescape"), "sha256")
        return ["X-Signature: sha256=" + digest.hex()]

    def on_http_response_received(self, code: int) -> None:
        """Say when the server does not accept the signature. This method is optional."""
        if code in (401, 403):
            self.logger.error(f"the server answered {code}: is the key the right one?")
# endregion
