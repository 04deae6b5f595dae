"""A browser's line to the service: HTTP/1.1 over one connection that stays open, thousands of them in a process."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

from tests.web.served import FORM, Answer

#: Between the parts of a form with a file.
MARK = "----batas-antar-isian"
PATIENCE = 60.0


class Lost(Exception):
    """The connection ended before the answer did: whether the request was carried out is not known."""


@dataclass(slots=True)
class Browser:
    """One visitor at *port*: a cookie, an address of their own behind the proxy, and a connection."""

    port: int
    address: str
    cookie: str = ""
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path)

    async def post(self, path: str, data: Mapping[str, Any]) -> Answer:
        return await self.send("POST", path, urlencode(data, doseq=True).encode())

    async def attach(self, path: str, data: Mapping[str, str], name: str, document: bytes) -> Answer:
        """A form with one file in the field *name*."""
        parts = [
            f'--{MARK}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}' for key, text in data.items()
        ]
        head = f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"; filename="bukti.pdf"\r\n\r\n'
        body = "\r\n".join([*parts, head]).encode() + document + f"\r\n--{MARK}--\r\n".encode()
        return await self.send("POST", path, body, f"multipart/form-data; boundary={MARK}")

    async def send(self, method: str, path: str, body: bytes | None = None, kind: str = FORM) -> Answer:
        """One request at a time, as on a line. Raises ``Lost`` where no whole answer came."""
        async with self._turn:
            return await self._sent(method, path, body, kind)

    async def _sent(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"X-Forwarded-For: {self.address}"]
        head += [f"Cookie: {self.cookie}"] if self.cookie else []
        head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"] if body is not None else []
        raw = "\r\n".join([*head, "", ""]).encode() + (body or b"")
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                status, headers, page = await self._exchanged(raw, fresh=self._streams is None)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            await self.close()
            raise Lost(f"{method} {path}: {type(error).__name__}") from error
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].split(";", 1)[0]
        return Answer(status, headers, page, time.monotonic() - began)

    async def _exchanged(self, raw: bytes, *, fresh: bool) -> tuple[int, dict[str, str], str]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self._streams
        writer.write(raw)
        await writer.drain()
        first = await reader.readline()
        if not first and not fresh:
            # The service had closed a connection that was idle: nothing of the request was read.
            await self.close()
            return await self._exchanged(raw, fresh=True)
        if not first:
            raise EOFError
        status = int(first.split()[1])
        headers: dict[str, str] = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        page = await self._body(reader, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return status, headers, page.decode(errors="replace")

    @staticmethod
    async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            found = b""
            while size := int(await reader.readline(), 16):
                found += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
            return found
        if "content-length" in headers:
            return await reader.readexactly(int(headers["content-length"]))
        return await reader.read() if headers.get("connection", "").lower() == "close" else b""

    async def close(self) -> None:
        """Hangs up."""
        if self._streams:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of the largest form of a page."""
    forms = re.findall(r"<form.*?</form>", page, re.S)
    form = max(forms, key=lambda found: ("_masuk" in found, len(found)), default="")
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {unescape(name): unescape(value) for name, value in pairs}
