"""How requests come in: what is too large is answered as soon as that is seen, and what is left of it thrown away.

``waitress`` reads a body to its end before it asks the service, into a file if it is long. Here the service is asked as
soon as a body is too large, by what its head says or by what has come; it says 413 without having read a byte. Whoever
is still sending gets to read that answer only if somebody takes the rest off the line: that is done without keeping any
of it, and not for ever.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from web.config import BODY_LIMIT
from web.porter import too_large

#: So many bytes of a refused body are taken off the line; whoever sends more may not get to read why.
REFUSED_LIMIT = 4 * BODY_LIMIT
#: Where what is thrown away would go. The system throws it away itself where it can.
_NOWHERE = bytearray(1024 * 1024)
_THROW_AWAY = getattr(socket, "MSG_TRUNC", 0)


class Request(HTTPRequestParser):
    """A request that is complete as soon as it is too large."""

    def __init__(self, adj: Any, line: Line) -> None:
        super().__init__(adj)
        self._line = line

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        if self.error or not self.headers_finished or not self._is_too_large():
            return taken
        self.completed = self._line.refused = True
        # No "go on": the answer is there already, and the last on this connection.
        self.expect_continue = False
        self.headers |= {"CONTENT_LENGTH": str(max(self.content_length, self.body_bytes_received))}
        self.headers["CONNECTION"] = "close"
        self.close()
        self.body_rcv = None
        return len(data)

    def _is_too_large(self) -> bool:
        return too_large(max(self.content_length, self.body_bytes_received), self.headers.get("CONTENT_TYPE", ""))


class Line(HTTPChannel):
    """A connection on which the rest of a refused body is thrown away, so that its sender reads the answer."""

    #: Whether the request on it was too large; it is the last one.
    refused = False
    close_when_flushed: bool
    _left = 0

    def parser_class(self, adj: Any) -> Request:
        return Request(adj, self)

    def handle_write(self) -> None:
        if not (self.close_when_flushed and self.refused):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len:
            self.close_when_flushed, self._left = False, REFUSED_LIMIT
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        if self.will_close:
            self.handle_close()

    def handle_read(self) -> None:
        if not self._left:
            super().handle_read()
            return
        try:
            count = self.socket.recv_into(_NOWHERE, len(_NOWHERE), _THROW_AWAY)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        self._left -= count
        if not count or self._left <= 0:
            self.handle_close()
