"""The service: pages over the engine. ``create_app`` puts it together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.config import Settings

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None) -> Flask:
    """The service with *settings*, by default those of the environment. Touches no table and no network."""
    # Read here, so that a command that needs no service does not wait for its parts.
    from flask import Flask

    from web import (
        access,
        clock,
        database,
        errors,
        frame,
        languages,
        mail,
        passwords,
        porter,
        security,
        sessions,
        templating,
        watch,
        webhooks,
    )
    from web.views import account, backlog, cases, figures, health, notices, offices, public

    # In order: what is asked of a request first stands first.
    parts = (
        *(watch, porter, database, sessions, templating, languages, passwords),
        *(access, security, frame, errors, mail, webhooks),
    )
    settings = settings or Settings.from_environment()
    app = Flask("web", instance_path=str(settings.instance), static_folder=None)
    # Nothing of ours is a coroutine, which Flask would look for in each function at each call.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.config.from_mapping(settings.flask())
    app.extensions["settings"] = settings
    clock.init_app(app, movable=settings.demo)
    for part in parts:
        part.init_app(app)
    for views in (account, backlog, cases, figures, health, notices, offices, public):
        app.register_blueprint(views.blueprint)
    return app
