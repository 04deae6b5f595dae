"""What people do: look at their tasks, write at a plan, send it, decide on one."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable

from tests.history import Operation, Recorder
from tests.load.figures import GET, POST, Phase
from tests.load.line import Answer, Browser, Lost, hidden
from tests.load.town import PLAN, SEND_EVIDENCE, TYPED, WORKFLOW, Member

APPROVE, RETURN = "setujui_rencana", "kembalikan_rencana"
#: Kinds of request that are told apart from other pages.
EXPORT, UPLOAD = "export", "upload"
#: What officers take away as a table, and a document of some 200 KB.
TABLE = f"/statistik/{WORKFLOW}/berkas_per_tahap.csv"
DOCUMENT = b"%PDF-1.7\n" + b"0123456789abcdef" * 12_500


class Person:
    """A member of the town at a browser of their own."""

    def __init__(self, member: Member, port: int, number: int, history: Recorder) -> None:
        self.member = member
        self.number = number
        self.browser = Browser(port, f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", member.cookie)
        self.history = history
        self.sent = False

    async def _seen(self, phase: Phase, kind: str, doing: Awaitable[Answer]) -> Answer | None:
        try:
            answer = await doing
        except Lost:
            phase.lost()
            return None
        phase.saw(kind, answer.status, answer.seconds)
        return answer

    async def get(self, phase: Phase, path: str) -> Answer | None:
        return await self._seen(phase, GET, self.browser.get(path))

    async def look(self, phase: Phase) -> None:
        """At the case."""
        await self.get(phase, f"/berkas/{self.member.case}")

    async def list(self, phase: Phase) -> None:
        await self.get(phase, "/tugas")

    async def search(self, phase: Phase) -> None:
        """For somebody of the region, by part of a name."""
        await self.get(phase, f"/berkas?cari=pegawai+{self.number % 30}")

    async def export(self, phase: Phase) -> None:
        """How many cases stand at which stage, all cases of the region, as a table."""
        await self._seen(phase, EXPORT, self.browser.get(TABLE))

    async def attach(self, phase: Phase) -> None:
        """A document to the form, which is saved with it."""
        path = f"/berkas/{self.member.case}/isi/{SEND_EVIDENCE}"
        opened = await self.get(phase, path)
        if opened and opened.status == 200:
            form = {**hidden(opened.text), "uraian": "Bukti kerja", "_intent": "simpan"}
            await self._seen(phase, UPLOAD, self.browser.attach(path, form, "berkas", DOCUMENT))

    async def save(self, phase: Phase) -> None:
        """A draft of the plan, as the page saves it by itself."""
        opened = await self.get(phase, f"/berkas/{self.member.case}/isi/{PLAN}")
        if opened and opened.status == 200:
            form = {**hidden(opened.text), **TYPED, "_intent": "simpan"}
            await self._seen(phase, POST, self.browser.post(f"/berkas/{self.member.case}/isi/{PLAN}", form))

    async def send(self, phase: Phase, action: str = PLAN, typed: dict[str, str] | None = None) -> None:
        """The whole way: the form, the look over it, the sending."""
        ready = await self.looked_over(phase, action, TYPED if typed is None else typed)
        if ready:
            await self.press(phase, action, ready)

    async def decide(self, phase: Phase) -> None:
        """A superior approves the plan that waits."""
        await self.send(phase, APPROVE, {})

    async def looked_over(self, phase: Phase, action: str, typed: dict[str, str]) -> dict[str, str] | None:
        """The form that is ready to be sent; nothing where it is no longer asked for."""
        path = f"/berkas/{self.member.case}/isi/{action}"
        opened = await self.get(phase, path)
        if opened is None or opened.status != 200:
            return None
        kept = await self._seen(
            phase, POST, self.browser.post(path, {**hidden(opened.text), **typed, "_intent": "periksa"})
        )
        if kept is None or kept.status != 303:
            return None
        review = await self.get(phase, kept.headers["location"])
        return hidden(review.text) if review and review.status == 200 else None

    async def press(self, phase: Phase, action: str, form: dict[str, str]) -> int | None:
        """Sends a form that was looked over, and keeps in the history how that ended; its status."""
        start = time.time()
        answer = await self._seen(phase, POST, self.browser.post(f"/berkas/{self.member.case}/kirim/{action}", form))
        status = answer.status if answer else None
        outcome = "unknown" if status is None or status >= 500 else "ok" if status < 400 else "fail"
        about = {"person": self.member.id, "case": self.member.case, "key": form.get("_kunci", "")}
        self.history.keep(Operation(op=action, **about, start=start, end=time.time(), outcome=outcome))  # type: ignore[arg-type]
        self.sent = self.sent or outcome == "ok"
        return status


def chosen(person: Person, dice: random.Random) -> Callable[[Phase], Awaitable[None]]:
    """What an employee does next: six of ten times they look, a quarter they write, one of ten they send."""
    share = dice.random()
    if share < 0.6:
        return person.look
    if share < 0.65 or person.sent:
        return person.list
    return person.save if share < 0.9 else person.send
