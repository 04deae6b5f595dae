"""A relay in front of a server: it hands on what is said, and counts how often the one side waits for the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, create_connection, create_server, socket
from threading import Lock, Thread


class Relay:
    """``journeys``: how often the server has answered after the client had spoken."""

    def __init__(self, server: int) -> None:
        self.journeys = 0
        self._server = server
        self._asked = False
        self._turn = Lock()
        self._door = create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._open: list[socket] = [self._door]
        self._threads: list[Thread] = []

    def begin(self) -> None:
        self._start(self._welcome)

    def end(self) -> None:
        """Nobody is left on either side."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = create_connection(("127.0.0.1", self._server))
                self._open += [client, server]
                self._start(self._hand_on, client, server, True)
                self._start(self._hand_on, server, client, False)

    def _hand_on(self, source: socket, target: socket, asking: bool) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                with self._turn:
                    self.journeys += self._asked and not asking
                    self._asked = asking
                    target.sendall(said)
            target.shutdown(SHUT_RDWR)


@contextmanager
def relayed(server: int) -> Iterator[Relay]:
    """A relay to the server that listens on the port *server*."""
    relay = Relay(server)
    relay.begin()
    try:
        yield relay
    finally:
        relay.end()
