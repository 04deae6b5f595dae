"""Cases: the inbox, a case, its forms from draft to confirmation, the result.

A form goes three steps: filled in (and kept as a draft at every step), looked over, sent. Each view loads and
authorises in one call (``store.held``); what is not this person's is not there.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from engine import Refused, Stale
from engine.desk import Offer, offer_of
from engine.process import NOTE
from web import attachments, documents, drafts, pages, results
from web.access import open_to
from web.audit import note, unnamed
from web.clock import now, today
from web.controls import input_id
from web.database import reading, writing
from web.errors import refused
from web.filling import Filling, intent_of, typed_from
from web.frame import Frame, frame
from web.held import Held, Missing
from web.inbox import inbox
from web.inbox import team as led
from web.keys import Conflict
from web.logs import tell
from web.resend import DEFINITION
from web.store import Opened, store

blueprint = Blueprint("cases", __name__)


@blueprint.app_errorhandler(Missing)
def missing(error: Missing) -> Any:
    """A case that is not there, and one that is not this person's, look the same."""
    return refused(NotFound())


@blueprint.get("/")
@open_to("everyone")
def home() -> Response:
    """The inbox of whoever is signed in, else the sign-in page."""
    return redirect(url_for("cases.tasks" if current_user.is_authenticated else "account.sign_in"))


@blueprint.get("/tugas")
@open_to("signed-in")
def tasks() -> str:
    about = {"after": request.args.get("sesudah", "")[:200], "ended": request.args.get("selesai", "")[:200]}
    shown = inbox(reading(), current_user.id, now(), today(current_user.zone), **about)
    return render_template("cases/tasks.html", inbox=shown)


@blueprint.get("/tim")
@open_to("signed-in")
def team() -> str:
    after = request.args.get("sesudah", "")[:200]
    return render_template(
        "cases/team.html", team=led(reading(), current_user.id, now(), today(current_user.zone), after)
    )


@blueprint.get("/berkas/<case_id>")
@open_to("signed-in")
def show(case_id: str) -> str:
    held = _held(case_id)
    return render_template("cases/case.html", case=pages.case_page(held, now()), page=_frame(held))


@blueprint.get("/berkas/<case_id>/hasil")
@open_to("signed-in")
def result(case_id: str) -> str:
    held = _held(case_id)
    return render_template("cases/result.html", result=results.result_page(held, now()), page=_frame(held))


@blueprint.get("/berkas/<case_id>/hasil/<name>")
@open_to("signed-in")
def value(case_id: str, name: str) -> str:
    held = _held(case_id)
    shown = results.value_page(held, name, now()) or abort(404)
    return render_template("cases/value.html", shown=shown, page=_frame(held))


@blueprint.get("/berkas/<case_id>/dokumen/<name>")
@open_to("signed-in")
def document(case_id: str, name: str) -> str:
    """A document to print, for whoever may open it now."""
    held = _held(case_id)
    shown = documents.document_page(held, name, now()) or abort(404)
    return render_template("cases/document.html", document=shown, page=_frame(held))


@blueprint.get("/berkas/<case_id>/hasil.json")
@open_to("signed-in")
def receipt(case_id: str) -> Response:
    """The receipts as a file that ``borang receipt verify`` recomputes."""
    held = _held(case_id)
    response = Response(results.receipt_file(held), mimetype="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"rincian-nilai-{held.case.id}.json")
    return response


# --- filling in -------------------------------------------------------------------------------------------------------


@blueprint.get("/berkas/<case_id>/isi/<action>")
@open_to("signed-in")
def fill(case_id: str, action: str) -> Any:
    held = _held(case_id)
    offer = _offer(held, action)
    if offer is None or not offer.offered:
        return redirect(url_for("cases.show", case_id=case_id))
    return _form(Filling.opened(held, offer, now()))


@blueprint.post("/berkas/<case_id>/isi/<action>")
@open_to("signed-in")
def keep(case_id: str, action: str) -> Any:
    """Whatever is pressed, what was typed is kept first."""
    held = _held(case_id)
    offer = _offer(held, action)
    if offer is None or not offer.offered or _stale(held, offer):
        return _too_late(held)
    intent, target = intent_of(request.form)
    filling = Filling.typed_in(held, offer, typed_from(request.form), now())
    try:
        with writing() as rows:
            store().still_open(rows, current_user.id, held, offer.duty)
            filling = filling.with_files(rows, request.files).after(intent, target)
            place = (case_id, offer.duty.id, current_user.id)
            drafts.save(rows, *place, typed=filling.typed, entry=held.case.entry, now=now())
    except Stale:
        return _too_late(_held(case_id))
    note(held, "ignored", filling.foreign(request.form))
    if intent == "periksa":
        return _looked_over(filling)
    if filling.unfit:
        return _form(filling, filling.unfit), 422
    if request.headers.get("X-Requested-With") and intent == "simpan":
        return jsonify(status=filling.saved_text())
    if intent == "simpan":
        return redirect(url_for("cases.show", case_id=case_id), 303)
    if request.headers.get("X-Requested-With"):
        return _form(filling)
    anchor = input_id(target.split(".")[0]) if target else None
    return redirect(url_for("cases.fill", case_id=case_id, action=action, _anchor=anchor), 303)


def _looked_over(filling: Filling) -> Any:
    """On to the answers, or back to the form with what is wrong in it, or other than the screen had it."""
    differing = filling.differing(request.form)
    note(filling.held, "differing", differing)
    errors = {**filling.errors(), **differing}
    if errors:
        return _form(filling, errors), 422
    return redirect(url_for("cases.review", case_id=filling.held.case.id, action=filling.offer.action.id), 303)


@blueprint.get("/berkas/<case_id>/periksa/<action>")
@open_to("signed-in")
def review(case_id: str, action: str) -> Any:
    held = _held(case_id)
    offer = _offer(held, action)
    if offer is None or not offer.offered:
        return redirect(url_for("cases.show", case_id=case_id))
    filling = Filling.opened(held, offer, now())
    errors = filling.errors()
    if errors:
        return _form(filling, errors), 422
    shown = pages.review_page(filling, secrets.token_hex(16))
    return render_template("cases/review.html", review=shown, page=_frame(held))


@blueprint.post("/berkas/<case_id>/kirim/<action>")
@open_to("signed-in")
def send(case_id: str, action: str) -> Any:
    """Sends the draft, once for each key: a second press gets the first answer again."""
    entry, submitted = (request.form.get(name, type=int) for name in ("_masuk", "_versi"))
    key, draft_version, definition = (request.form.get(name, "") for name in ("_kunci", "_draf", DEFINITION))
    if entry is None or submitted is None or len(key) != 32:
        abort(400)
    body = f"{action}:{entry}:{submitted}:{draft_version}"
    # Whose case it is shows once it is locked, and until then whether a line may tell of this.
    tell(False)
    try:
        with writing() as rows:
            moved = store().move(
                rows,
                current_user.id,
                case_id,
                action,
                lambda held: _answers(held, action, draft_version),
                opened=Opened(entry=entry, submitted=submitted, definition=definition),
                key=key,
                body=body,
                now=now(),
            )
    except Missing:
        tell(True)
        raise
    except Stale:
        return _too_late(_held(case_id))
    except Conflict:
        abort(422)
    except Refused as reasons:
        return _refused(_held(case_id), action, reasons)
    session["sent"] = pages.sent_facts(moved, now())
    return redirect(url_for("cases.sent", case_id=case_id), 303)


def _answers(held: Held, action: str, version: str) -> Any:
    """The draft's values, if it is the one that was looked over."""
    offer = _offer(_told(held), action)
    if offer is None:
        raise Stale
    filling = Filling.opened(held, offer, now())
    if str(filling.draft.version if filling.draft else 0) != version:
        raise Stale
    return filling.answers()


@blueprint.get("/berkas/<case_id>/terkirim")
@open_to("signed-in")
def sent(case_id: str) -> Any:
    held = _held(case_id)
    facts = session.get("sent")
    if not facts or facts["case"] != case_id:
        return redirect(url_for("cases.show", case_id=case_id))
    return render_template("cases/sent.html", sent=pages.sent_page(held, facts, now()), page=_frame(held))


# --- raters and files -------------------------------------------------------------------------------------------------


@blueprint.get("/berkas/<case_id>/penilai/<role>")
@open_to("signed-in")
def seats(case_id: str, role: str) -> str:
    held = _held(case_id)
    chosen = pages.seats_page(held, role, reading())
    return render_template("cases/seats.html", seats=chosen or abort(404), page=_frame(held))


@blueprint.post("/berkas/<case_id>/penilai/<role>")
@open_to("signed-in")
def choose(case_id: str, role: str) -> Any:
    held = _held(case_id)
    shown = pages.seats_page(held, role, reading()) or abort(404)
    people = [person for person in request.form.getlist("orang") if person in {p.id for p in shown.people}]
    try:
        with writing() as rows:
            store().set_seats(rows, current_user.id, case_id, role, people, confirm=shown.confirms, now=now())
    except Refused as reasons:
        note(held, "refused", reasons.codes)
        shown = shown.with_choice(people, pages.reasons_of(held, reasons))
        return render_template("cases/seats.html", seats=shown, page=_frame(held, invalid=True)), 422
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.get("/berkas/<case_id>/lampiran/<attachment>")
@open_to("signed-in")
def attachment(case_id: str, attachment: str) -> Response:
    held = _held(case_id)
    return attachments.download(reading(), held, attachment) or abort(404)


# --- what every step needs --------------------------------------------------------------------------------------------


def _held(case_id: str) -> Held:
    return _told(store().held(reading(), current_user.id, case_id))


def _told(held: Held) -> Held:
    """*held*, with a line in the log on this request unless somebody may be answering without their name."""
    tell(not unnamed(held))
    return held


def _frame(held: Held, **more: Any) -> Frame:
    return frame(region=held.subject.region_title, role=pages.role_titles(held), version=pages.version(held), **more)


def _offer(held: Held, action: str) -> Offer | None:
    """What is offered under this name; ``None`` at another stage, not there if the case never knows it."""
    offer = offer_of(held.process, held.case, held.actors, now(), action)
    if offer is None and action not in {name for stage in held.process.stages.values() for name in stage.actions}:
        return None if action == NOTE.id else abort(404)
    return offer


def _stale(held: Held, offer: Offer) -> bool:
    """Whether somebody moved the case, also to another definition, or answered this task, since the form was opened."""
    if not held.case.definition.startswith(request.form.get(DEFINITION, "")):
        return True
    entry = request.form.get("_masuk", type=int)
    submitted = request.form.get("_versi", type=int)
    return entry != held.case.entry or (not offer.duty.many and submitted != held.case.submitted.get(offer.duty.id, 0))


def _form(filling: Filling, errors: Any = ()) -> str:
    form = pages.form_page(filling, errors)
    return render_template("cases/form.html", form=form, page=_frame(filling.held, invalid=bool(errors)))


def _too_late(held: Held) -> Any:
    """Somebody was faster. What was typed here is shown, so that nothing of it is lost."""
    typed = pages.typed_page(held, request.form, reading())
    return render_template("cases/too_late.html", late=typed, page=_frame(held)), 409


def _refused(held: Held, action: str, told: Refused) -> Any:
    """Back to the form, with the reasons at their fields."""
    note(held, "refused", told.codes)
    offer = offer_of(held.process, held.case, held.actors, now(), action)
    if offer is None or not offer.offered:
        shown = {"reasons": pages.reasons_of(held, told), "back": url_for("cases.show", case_id=held.case.id)}
        return render_template("cases/refused.html", **shown, page=_frame(held)), 422
    filling = Filling.opened(held, offer, now())
    return _form(filling, filling.told(told.reasons)), 422
