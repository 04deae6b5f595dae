"""Faults from outside the program, by ``strace``: its n-th system call of a kind fails, or is its last.

What is tested needs no hook for it, and cannot tell such a fault from a real one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile


class Missing(RuntimeError):
    """There is no strace, or it may not attach here: not a reason to skip."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the *nth* call: ``signal=KILL`` or ``error=ENOSPC``; *onwards* at every later one as well."""

    call: str
    what: str
    nth: int = 1
    onwards: bool = False

    def __str__(self) -> str:
        return f"{self.call} {self.nth}{'+' if self.onwards else ''}: {self.what}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a struck process ended: what it had said before, whether it met the fault, and whether that was its end."""

    said: str
    met: bool
    killed: bool


@contextmanager
def attached(process: int, fault: Fault, told: Path) -> Iterator[None]:
    """*process* meets *fault* from here on; *told* is where its calls of that kind are written down."""
    when = f"{fault.nth}{'+' if fault.onwards else ''}"
    inject = [f"-e trace={fault.call}", f"-e inject={fault.call}:{fault.what}:when={when}"]
    command = f"{_program()} -o {told} {' '.join(inject)} -p {process}".split()
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    first = tracer.stderr.readline()
    if "attached" not in first:
        raise Missing(f"strace: {first.strip()}")
    try:
        yield
    finally:
        if tracer.poll() is None:
            tracer.terminate()
        tracer.communicate()


def struck(work: Callable[[Callable[[str], None]], None], fault: Fault | None) -> Ended:
    """Does *work* in a process of its own that meets *fault*; *work* is given the way to say something outside.

    The process is a fork of this one, so that nothing has to be read again: hundreds of faults take seconds.
    """
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, out, into)
    os.close(into)
    os.waitpid(child, os.WUNTRACED)
    with NamedTemporaryFile() as told:
        with attached(child, fault, Path(told.name)) if fault else nullcontext():
            os.kill(child, signal.SIGCONT)
            said = _all_of(out)
            _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        return Ended(said, met=killed or b"(INJECTED)" in told.read(), killed=killed)


def _all_of(out: int) -> str:
    with os.fdopen(out, "rb") as opened:
        return opened.read().decode()


def _work(work: Callable[[Callable[[str], None]], None], out: int, into: int) -> None:
    """The child's whole life; it never comes back."""
    os.close(out)
    code = 1
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        work(lambda text: os.write(into, text.encode()) and None)
        code = 0
    finally:
        os._exit(code)


def _program() -> str:
    found = shutil.which("strace")
    if found is None:
        raise Missing("strace is missing (Debian: apt-get install strace)")
    return found
