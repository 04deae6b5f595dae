"""The server of one process: what it takes of whom, for how long, and how it ends.

Requests wait in lanes. Whoever signs in costs a fiftieth of a second of a core and 19 MiB, and at eight o'clock a
thousand do; the public may come in any number. Each has threads of its own, so that nobody else waits behind them.
"""

from __future__ import annotations

import logging
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Iterator
from time import monotonic, time
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ThreadedTaskDispatcher

from web import porter
from web.intake import Line

log = logging.getLogger(__name__)

#: How many of each lane are served at once.
SIGN_IN, PUBLIC, REST = "sign in", "public", "rest"
THREADS = {SIGN_IN: 2, PUBLIC: 2, REST: 8}

#: Seconds: for the head of a request; after which a body must have come at the pace below; for a silent connection.
HEAD, BODY, SILENT = 15, 20, 30
#: How often somebody looks for silent ones.
LOOK = 10
#: Bytes a second, on average: a tenth of what a poor telephone connection brings.
PACE = 1000
#: A head longer than any browser sends.
HEAD_LIMIT = 32 * 1024
#: How many connections are kept, slow ones included; and how many files that wants.
CONNECTIONS, FILES = 4000, 4500

#: How long an ending server waits for what is being done, and for the first word on a new connection: seconds.
PATIENCE, FIRST_WORD = 20, 0.5

#: Where a service manager hands over a socket that it keeps open: the first number after stderr.
HANDED_OVER = 3


class Lanes:
    """Threads for each kind of request, each with a queue of its own: what ``waitress`` calls a dispatcher."""

    def __init__(self) -> None:
        self._lanes = {name: ThreadedTaskDispatcher() for name in THREADS}
        for name, count in THREADS.items():
            self._lanes[name].set_thread_count(count)

    def add_task(self, channel: HTTPChannel) -> None:
        # Whoever is refused waits behind nobody who signs in.
        lane = PUBLIC if getattr(channel, "refused", False) else lane_of(channel.requests[0])
        self._lanes[lane].add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 1) -> None:
        for lane in self._lanes.values():
            lane.shutdown(cancel_pending, timeout)


def lane_of(request: Any) -> str:
    """The lane of a request as ``waitress`` has parsed it; one that could not be parsed has neither path nor method."""
    path = getattr(request, "path", "")
    if path == "/masuk" and getattr(request, "command", "") == "POST":
        return SIGN_IN
    return PUBLIC if path.startswith(porter.PUBLIC) else REST


class Server:
    """Serves *app* on an address, or on the socket that a service manager hands over. Raises ``OSError``."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._map: dict[int, Any] = {}
        self._lanes = Lanes()
        self._stopping = False
        self._receiving: dict[HTTPChannel, tuple[Any, float]] = {}
        self._handed_over = handed_over()
        where: dict[str, Any] = {"sockets": self._handed_over} if self._handed_over else {"host": host, "port": port}
        create_server(
            app,
            map=self._map,
            _dispatcher=self._lanes,
            **where,
            ident=None,
            # Counted and believed by ``web.security``, as many as the settings say.
            clear_untrusted_proxy_headers=False,
            connection_limit=min(CONNECTIONS, _files() - 200),
            # `select` knows no file above 1024.
            asyncore_use_poll=True,
            backlog=2048,
            recv_bytes=128 * 1024,
            channel_timeout=SILENT,
            cleanup_interval=LOOK,
            max_request_header_size=HEAD_LIMIT,
            # ``Line`` knows what is too large.
            max_request_body_size=sys.maxsize,
        )
        for listener in self._listeners():
            listener.channel_class = Line

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then ends what is being done and returns."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            looked = monotonic()
            while not self._stopping:
                self._turn(1)
                if monotonic() - looked >= 1:
                    looked = monotonic()
                    self._cut_slow()
            self._drain()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._lanes.shutdown()
            wasyncore.close_all(self._map)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _stop(self, number: int, frame: Any) -> None:
        self._stopping = True
        for listener in self._listeners():
            listener.pull_trigger()

    def _listeners(self) -> list[BaseWSGIServer]:
        return [one for one in self._map.values() if isinstance(one, BaseWSGIServer)]

    def _channels(self) -> list[HTTPChannel]:
        return [one for one in self._map.values() if isinstance(one, HTTPChannel)]

    # --- slow ones ---

    def _cut_slow(self) -> None:
        """Closes connections on which a request has been arriving for too long, or too slowly."""
        now, before = monotonic(), self._receiving
        self._receiving = {}
        for channel in self._channels():
            request = channel.request
            if request is None:
                continue
            known, since = before.get(channel, (None, now))
            since = since if known is request else now
            self._receiving[channel] = request, since
            if _too_slow(request, now - since):
                channel.will_close = True

    # --- the end ---

    def _drain(self) -> None:
        """Takes no new connections, answers what has come, and gives up what takes too long."""
        self._close_door()
        end = monotonic() + PATIENCE
        while self._channels():
            if monotonic() >= end:
                log.warning("%s connections were cut at the end", len(self._channels()))
                return
            for channel in self._channels():
                if _idle(channel):
                    channel.handle_close()
            self._turn(0.05)

    def _close_door(self) -> None:
        """A socket that was handed over stays open: who comes now waits there for the next server."""
        for listener in self._listeners():
            while not self._handed_over and _knocks(listener.socket):
                listener.handle_accept()
            listener.del_channel(self._map)
            if not self._handed_over:
                listener.socket.close()


def _too_slow(request: Any, seconds: float) -> bool:
    if not request.headers_finished:
        return seconds > HEAD
    return seconds > BODY and request.body_bytes_received < seconds * PACE


def _idle(channel: HTTPChannel) -> bool:
    """Whether nothing is asked or answered on it, nor, so soon after it was opened, about to be."""
    busy = channel.requests or channel.request is not None or channel.total_outbufs_len
    return not busy and time() - channel.last_activity > FIRST_WORD


def _knocks(listening: socket.socket) -> bool:
    poll = select.poll()
    poll.register(listening, select.POLLIN)
    return bool(poll.poll(0))


def _files() -> int:
    """How many files this process may open, raised to what ``CONNECTIONS`` want if the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        soft = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def handed_over(environ: dict[str, str] | None = None) -> list[socket.socket]:
    """The sockets that the service manager opened for this process (``LISTEN_FDS`` of systemd); none otherwise."""
    known = os.environ if environ is None else environ
    if known.get("LISTEN_PID") != str(os.getpid()):
        return []
    return list(_sockets(int(known.get("LISTEN_FDS") or 0)))


def _sockets(count: int) -> Iterator[socket.socket]:
    for number in range(HANDED_OVER, HANDED_OVER + count):
        os.set_inheritable(number, False)
        yield socket.socket(fileno=number)
