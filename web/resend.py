"""What somebody sent while it could not be kept: it stays on the page, to be sent again as it was.

So it does where the sender's session has ended: it goes through the sign-in with them (``CARRIED``).

Nothing of it is kept here. A second sending carries the same one-time key, so whatever was kept after all is not kept
twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from web.access import own_path
from web.copies import Row, copies
from web.definitions import definitions
from web.forms import OWN
from web.security import TOKEN, check_size, check_text, csrf, from_our_page

#: The sign-in, as it is sent.
SIGN_IN = "account.try_to_sign_in"
#: Pages whose forms hold a password, or nothing that was typed.
NOT_KEPT = frozenset({"account"})
#: The input of a form that names the definitions of its fields, so that they have their titles here too.
DEFINITION = "_ketentuan"

#: The input of the sign-in page that takes along what was sent before it.
CARRIED = "_kiriman"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """A form that sends again: its address, every field by name, what was typed, to read, the names of lost files."""

    address: str
    fields: Sequence[tuple[str, str]]
    typed: Sequence[Row]
    files: Sequence[str]

    def carried(self) -> str:
        """All of it as one text, for ``taken_along``."""
        return json.dumps([self.address, list(self.fields), list(self.files)], ensure_ascii=False)


def resend() -> Resend | None:
    """The form of this request, to be sent again; ``None`` where there is none, or where it was not ours.

    What another site's page made a browser send is not offered: pressing the button would give it our token. A page of
    ours is known by its token, or by its address where somebody has signed in or out since it was opened. Of a sign-in
    it is what that takes along.
    """
    if request.method != "POST" or (request.blueprint in NOT_KEPT and request.endpoint != SIGN_IN):
        return None
    try:
        check_size()
        check_text()
        if not from_our_page():
            csrf.protect()
    except HTTPException:
        return None
    if request.endpoint == SIGN_IN:
        return taken_along()
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != TOKEN]
    files = [file.filename for file in request.files.values() if file.filename]
    return _of(request.full_path.rstrip("?"), fields, files)


def taken_along() -> Resend | None:
    """What came with the sign-in of this request, which a page of ours sent; ``None`` where nothing did."""
    try:
        address, fields, files = json.loads(request.form.get(CARRIED, "") or "null")
        return _of(own_path(str(address)), [(str(name), str(text)) for name, text in fields], list(map(str, files)))
    except (ValueError, TypeError):
        return None


def _of(address: str, fields: Sequence[tuple[str, str]], files: Sequence[str]) -> Resend:
    typed: dict[str, list[str]] = {}
    for name, text in fields:
        if not name.startswith(OWN):
            typed.setdefault(name, []).append(text)
    known = definitions().known(dict(fields).get(DEFINITION, ""))
    return Resend(address=address, fields=fields, typed=copies(known, typed), files=files)
