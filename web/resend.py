"""What somebody sent while it could not be kept: it stays on the page, to be sent again as it was.

Nothing of it is kept here. A second sending carries the same one-time key, so whatever was kept after all is not kept
twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from web.copies import Row, copies
from web.definitions import definitions
from web.forms import OWN
from web.security import TOKEN, check_size, check_text, csrf

#: Pages whose forms hold a password, or nothing that was typed.
NOT_KEPT = frozenset({"account"})
#: The input of a form that names the definitions of its fields, so that they have their titles here too.
DEFINITION = "_ketentuan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """A form that sends again: its address, every field by name, what was typed, to read, the names of lost files."""

    address: str
    fields: Sequence[tuple[str, str]]
    typed: Sequence[Row]
    files: Sequence[str]


def resend() -> Resend | None:
    """The form of this request, to be sent again; ``None`` where there is none, or where it was not ours.

    What another site's page made a browser send is not offered: pressing the button would give it our token.
    """
    if request.method != "POST" or request.blueprint in NOT_KEPT:
        return None
    try:
        check_size()
        check_text()
        csrf.protect()
    except HTTPException:
        return None
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != TOKEN]
    own = {name: request.form.getlist(name) for name in request.form if name != TOKEN and not name.startswith(OWN)}
    typed = copies(definitions().known(request.form.get(DEFINITION, "")), own)
    files = [file.filename for file in request.files.values() if file.filename]
    return Resend(address=request.full_path.rstrip("?"), fields=fields, typed=typed, files=files)
