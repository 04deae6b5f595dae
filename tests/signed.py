"""Somebody signed in, without a password being tried: what their browser would send along."""

from __future__ import annotations

from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from web import sessions


def signed_in(app: Flask, person: str) -> tuple[str, str]:
    """The cookie of *person*, and the token that their forms carry."""
    with app.test_request_context("/", method="POST"):
        sessions.begin(person)
        token = generate_csrf()
        cookies: Any = app.session_interface
        signed = cookies.get_signing_serializer(app).dumps(dict(session))
    return f"{app.config['SESSION_COOKIE_NAME']}={signed}", token
