"""Other systems that are told of moves: where, of what, signed by whom.

Only hosts that the setting ``BORANG_WEBHOOK_HOSTS`` names are told, and only where such a host may lie: ``host`` at
public addresses, port 443; ``host:8443`` at that port; ``host=10.20.0.0/16`` inside that network and nowhere else. A
host whose network is this machine's own (``localhost:9000=127.0.0.1``) may be told without encryption.

What is told is that a case has entered a stage: never an answer, a score or a name.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import re
import secrets
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from sqlalchemy import Connection

from web import clock, outbox
from web.config import Misconfigured, Settings
from web.database import forget, reading
from web.held import Held
from web.jobs import Undone
from web.sealing import Sealer
from web.statements import Statement

#: What other systems are told of.
ENTERED, CLOSED, CYCLE_OPENED, TEST = "case.entered", "case.closed", "cycle.opened", "test"
#: How long a step of a call may take, and the whole of it: less than its job's lease.
PATIENCE, WHOLE = 5.0, 10.0
#: The longest address.
LONGEST = 500

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ADD = Statement("""
insert into webhook (id, region_id, url, secret, active) values (:id, :region, :url, :secret, true)
""")
_LIST = Statement("select id, region_id, url from webhook where active order by region_id, url, id")
_OF = Statement("select id from webhook where region_id = :region and active order by id")
_ONE = Statement("select id, region_id, url, secret from webhook where id = :id and active")
_REMOVE = Statement("delete from webhook where id = :id")


class Forbidden(Undone):
    """An address that is not told anything, now or later."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code, said, again=False)


# --- which hosts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allowed:
    """One host of the setting: its name, port, and the network that it lies in, if not a public one."""

    host: str
    port: int
    network: Network | None

    @property
    def local(self) -> bool:
        """Whether it can only be this machine."""
        return self.network is not None and self.network.is_loopback

    def may_lie_at(self, address: Address) -> bool:
        if self.network is not None:
            return address in self.network
        return _is_public(address)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: the host it names, what to ask for there, and whether encrypted."""

    allowed: Allowed
    path: str
    encrypted: bool


_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
#: A name that some resolvers read as a number: ``127.1``, ``0x7f000001``, ``2130706433``.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)")


def allowed_of(setting: str) -> Allowed:
    """One host of the setting. Raises ``Misconfigured``."""
    place, _equals, network = setting.lower().partition("=")
    host, _colon, port = place.partition(":")
    try:
        found = Allowed(host, int(port or 443), ipaddress.ip_network(network) if network else None)
        if not _is_name(host) or not 1 <= found.port <= 65535:
            raise ValueError
    except ValueError:
        raise Misconfigured(
            f"BORANG_WEBHOOK_HOSTS: {setting!r}: tulis nama host, misalnya simpeg.daerah.example, host:8443, atau "
            "host=10.20.0.0/16. / Write a host name, such as simpeg.daerah.example, host:8443 or host=10.20.0.0/16."
        ) from None
    return found


def _is_name(host: str) -> bool:
    return bool(_NAME.fullmatch(host)) and not _NUMERIC.fullmatch(host.rpartition(".")[2])


def init_app(app: Flask) -> None:
    app.extensions["webhook_hosts"] = tuple(map(allowed_of, app.extensions["settings"].webhook_hosts))


def target_of(url: str) -> Target:
    """Where *url* leads. Raises ``Forbidden`` unless its host and port are allowed and nothing odd stands in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("address_unreadable") from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Forbidden("address_unreadable")
    if parts.scheme not in ("https", "http"):
        raise Forbidden("address_not_https")
    if "@" in parts.netloc or parts.fragment:
        raise Forbidden("address_not_plain")
    wanted = port or {"https": 443, "http": 80}[parts.scheme]
    hosts: tuple[Allowed, ...] = current_app.extensions["webhook_hosts"]
    allowed = next((one for one in hosts if (one.host, one.port) == (host, wanted)), None)
    if allowed is None:
        raise Forbidden("host_not_allowed", f"{host[:80]}:{wanted}")
    if parts.scheme == "http" and not allowed.local:
        raise Forbidden("address_not_https")
    path = parts.path or "/"
    return Target(allowed, f"{path}?{parts.query}" if parts.query else path, parts.scheme == "https")


def _resolved(allowed: Allowed) -> tuple[socket.AddressFamily, Any]:
    """The one address that is called. Raises ``Forbidden`` if the name leads anywhere it must not."""
    found = socket.getaddrinfo(allowed.host, allowed.port, type=socket.SOCK_STREAM)
    if not found or not all(allowed.may_lie_at(ipaddress.ip_address(place[4][0])) for place in found):
        raise Forbidden("host_leads_away", allowed.host)
    return found[0][0], found[0][4]


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def _is_public(address: Address) -> bool:
    """Whether *address* is out there for everybody; what wraps another address is not trusted to be."""
    if isinstance(address, ipaddress.IPv6Address) and _wraps(address):
        return False
    inner = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    return address.is_global and not (inner or address.is_reserved or address.is_unspecified)


def _wraps(address: ipaddress.IPv6Address) -> bool:
    return bool(address.ipv4_mapped or address.sixtofour or address.teredo) or address in _TRANSLATED


# --- who is told ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A system that is told from now on, and the secret by which it knows us: shown once."""

    id: str
    secret: str


def add(rows: Connection, region: str, url: str) -> Added:
    """Tells the system at *url* of moves in *region* from now on. Raises ``Forbidden``."""
    target_of(url)
    known = Added(id=uuid.uuid4().hex, secret=secrets.token_urlsafe(32))
    box = _sealer().seal(known.secret, _place(known.id))
    _ADD.send(rows, {"id": known.id, "region": region, "url": url, "secret": box})
    return known


def listed(rows: Connection) -> list[Any]:
    """The systems that are told: ``id``, ``region_id``, ``url``."""
    return _LIST.all(rows, {})


def remove(rows: Connection, webhook: str) -> bool:
    """Tells a system nothing more; whether there was one."""
    return _REMOVE.change(rows, {"id": webhook}) == 1


def _sealer() -> Sealer:
    settings: Settings = current_app.extensions["settings"]
    return Sealer(settings.derived("sealing"))


def _place(webhook: str) -> str:
    return f"webhook.{webhook}"


# --- what is told -----------------------------------------------------------------------------------------------------


def announce(rows: Connection, held: Held, entry: int, at: datetime, now: datetime) -> None:
    """A job for every system of the region: with *entry* the case had entered a stage, at *at*."""
    process, case = held.process, held.case
    stage = case.path[entry - 1]
    told = {
        "event": CLOSED if process.stages[stage].final else ENTERED,
        "case": case.id,
        "entry": entry,
        "stage": stage,
        "process": process.id,
        "cycle": case.cycle.id,
        "region": held.subject.region,
        "at": case.cycle.day_of(at).isoformat() if _tells_of_an_answer(held, entry) else _instant(at),
    }
    for hook in _OF.all(rows, {"region": held.subject.region}):
        outbox.put(rows, outbox.WEBHOOK, f"{hook.id}:{case.id}:{entry}", {"webhook": hook.id, **told}, now)


def announce_cycle(rows: Connection, region: str, cycle: str, now: datetime) -> None:
    """A job for every system of the region: a cycle has begun. Nothing is told of each of its cases."""
    told = {"event": CYCLE_OPENED, "cycle": cycle, "region": region, "at": _instant(now)}
    for hook in _OF.all(rows, {"region": region}):
        outbox.put(rows, outbox.WEBHOOK, f"{hook.id}:{cycle}", {"webhook": hook.id, **told}, now)


def _tells_of_an_answer(held: Held, entry: int) -> bool:
    """Whether the hour of *entry* may be that of the last anonymous answer: nobody else has acted since."""
    for stage in reversed(held.case.path[: entry - 1]):
        duties = held.process.by_stage[stage]
        if any(duty.anonymous for duty in duties):
            return True
        if any(role != held.process.system for duty in duties for role in duty.actor):
            return False
    return False


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


# --- telling ----------------------------------------------------------------------------------------------------------


def send(payload: Mapping[str, Any], stable: str) -> None:
    """Tells one system of one event, under an id that is the same at every try. Raises ``Undone``."""
    hook = _ONE.first(reading(), {"id": payload["webhook"]})
    # No transaction stays open while another system takes its time.
    forget()
    if hook is None:
        return
    secret = _sealer().open(hook.secret, _place(hook.id))
    event = {"id": stable, **{name: value for name, value in payload.items() if name != "webhook"}}
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    try:
        status = _call(target_of(hook.url), body, _headers(event, body, secret))
    except (OSError, http.client.HTTPException) as error:
        raise Undone("not_reached", type(error).__name__) from None
    if not 200 <= status < 300:
        raise Undone("answered", str(status))


def test(rows: Connection, webhook: str) -> None:
    """Tells a system of nothing, to see whether it answers. Raises ``Undone``, ``LookupError`` if there is none."""
    if _ONE.first(rows, {"id": webhook}) is None:
        raise LookupError(webhook)
    send({"webhook": webhook, "event": TEST, "at": _instant(clock.wall())}, uuid.uuid4().hex)


def _headers(event: Mapping[str, Any], body: bytes, secret: str) -> dict[str, str]:
    stamp = str(int(clock.wall().timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Borang",
        "Borang-Event": event["event"],
        "Borang-Delivery": event["id"],
        "Borang-Timestamp": stamp,
        "Borang-Signature": f"sha256={signature(secret, stamp, body)}",
        "Connection": "close",
    }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What the receiver works out too: over the time in seconds, a dot, and the body as it came."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _call(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; its body is not read, and where it points is not followed."""
    with _connected(target) as connection:
        connection.request("POST", target.path, body, dict(headers))
        with connection.getresponse() as answer:
            return answer.status


@contextmanager
def _connected(target: Target) -> Iterator[http.client.HTTPConnection]:
    """A connection to the address that was checked: the name is not looked up again."""
    allowed = target.allowed
    family, address = _resolved(allowed)
    connection = http.client.HTTPConnection(allowed.host, allowed.port, timeout=PATIENCE)
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(PATIENCE)
        plain.connect(address)
        with _ended(plain), closing(connection):
            trusted = ssl.create_default_context()
            connection.sock = trusted.wrap_socket(plain, server_hostname=allowed.host) if target.encrypted else plain
            yield connection


@contextmanager
def _ended(plain: socket.socket) -> Iterator[None]:
    """Cuts the connection after a while: a receiver that sends a letter a second keeps every single step short."""
    with plain.dup() as same:
        end = threading.Timer(WHOLE, _cut, [same])
        end.start()
        try:
            yield
        finally:
            end.cancel()
            end.join()


def _cut(plain: socket.socket) -> None:
    with suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)
