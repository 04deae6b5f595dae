"""The log: lines of JSON, or for a person at a terminal. It says what happened to the service, never who did what.

A line on a request has its rule, never its path, and nobody's name, number, network or cookie. A line also has a time;
so where an author could be found by it, on pages of the public and on open anonymous tasks, there is no line at all.
What an exception says may be what somebody has typed: a trace has the places it went through, the kind of the error and
the database's code for it, nothing else.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import threading
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from flask import Flask, current_app, g, request
from sqlalchemy.exc import DBAPIError

Event = MutableMapping[str, Any]

#: An id that a proxy of ours gave to a request.
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: Whose lines are ours: their texts are made so that they may be read.
_OWN = ("web", "engine", "huey", "py.warnings")
#: Lines of servers on themselves.
_SERVER = "gunicorn"
_FRAMES = 40


def configure(stream: TextIO | None = None) -> None:
    """Sends every line of this process to *stream*, by default stderr: JSON, or plainly where somebody looks on."""
    out = stream or sys.stderr
    watched = out.isatty()
    last: Any = structlog.dev.ConsoleRenderer(colors=False) if watched else structlog.processors.JSONRenderer()
    common: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        traced,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[worded, *common],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("web", "engine", _SERVER):
        logging.getLogger(name).setLevel(logging.INFO)
    # A queue is no fault: how long requests take is a figure.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed
    structlog.configure(
        processors=[*common, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def _thread_failed(failed: Any) -> None:
    error = failed.exc_value
    logging.getLogger(__name__).error("a thread ended by a mistake", exc_info=error)


def worded(logger: Any, method: str, event: Event) -> Event:
    """The text of a line that another library wrote: as it is meant, without what was put in, unless it is ours."""
    record, given = event["_record"], event.pop("positional_args", ())
    own = record.name.partition(".")[0] in _OWN or (record.name.startswith(_SERVER) and record.levelname == "INFO")
    if own and given:
        event["event"] = str(event["event"]) % given
    event["logger"] = record.name
    return event


def traced(logger: Any, method: str, event: Event) -> Event:
    """An exception as the places it went through, without what it says and what was in memory."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    event.pop("stack_info", None)
    if not isinstance(error, BaseException):
        return event
    event["error"] = _kinds(error)
    event["trace"] = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    ]
    return event


def _kinds(error: BaseException) -> str:
    """The kind of an error and of those that it came from, each with its code if it has one."""
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < 5:
        found.append(f"{type(seen).__name__} {code_of(seen)}".strip())
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " < ".join(found)


def code_of(error: BaseException) -> str:
    """What a database or the system calls the error: never its text, which may quote what was typed."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    for name in ("sqlstate", "sqlite_errorname", "strerror"):
        if isinstance(code := getattr(cause, name, None), str):
            return code
    return ""


# --- requests ---------------------------------------------------------------------------------------------------------


def request_id() -> str:
    """The id of this request: a proxy's of ours, if it stands before us, else one of its own."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "") if current_app.extensions["settings"].proxies else ""
        g.request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_id)


def tell(allowed: bool) -> None:
    """Whether there is a line on this request: not where its time would say when somebody answered."""
    g.unsaid = not allowed


def start(app: Flask) -> None:
    """Writes a line on each request of *app* from now on."""
    app.extensions["request_log"] = structlog.get_logger()


def turned_away(app: Flask, method: str, status: int) -> None:
    """The line on a request that *app* was not even asked about, if there is to be one."""
    log = app.extensions.get("request_log")
    if log is not None:
        log.info("request", route="", method=method, status=status, ms=0.0)


def answered(endpoint: str | None, method: str, status: int, seconds: float) -> None:
    """The line on a request that was answered, if there is to be one."""
    log = current_app.extensions.get("request_log")
    if log is None or g.get("unsaid"):
        return
    rule = request.url_rule.rule if request.url_rule else ""
    log.info("request", id=request_id(), route=rule, method=method, status=status, ms=round(seconds * 1000, 1))
