"""Templates, compiled once for each language: a text that stands in one is looked up then, not on every page.

A template is kept under its language and its name. What a page extends or imports is in the page's own language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from flask_babel import gettext
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from web.languages import force_locale, language


def init_app(app: Flask) -> None:
    app.jinja_environment = Environment  # type: ignore[assignment]


class _Texts(NodeTransformer):
    """Replaces ``_("…")`` by its translation. What is put into a text is known on the page only: such a call stays."""

    def __init__(self, *, escaped: bool) -> None:
        self._kind: Callable[[str], str] = Markup if escaped else str

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        alone = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not (alone and isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        (text,) = node.args
        if not isinstance(text, nodes.Const):
            return node
        # As it would be done on the page: a text of ours is HTML, and "%%" in it is "%".
        return nodes.Const(self._kind(gettext(text.value) % {}), lineno=node.lineno)


class _Compiler(CodeGenerator):
    """Compiles a template in the language that it is kept under."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:
        escaped = nodes.EvalContext(self.environment, self.name).autoescape
        with force_locale(_language_of(self.name or "")):
            translated = _Texts(escaped=bool(escaped)).visit(node)
        super().visit_Template(translated, frame)


class _Files(jinja2.BaseLoader):
    """The files of *loader* under their names in each language."""

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        return self._loader.get_source(environment, template.partition("/")[2])


class Environment(FlaskEnvironment):
    """Flask's, for which a name means the template in the language in force."""

    code_generator_class = _Compiler

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        assert self.loader
        self.loader = _Files(self.loader)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:
        if parent is None and isinstance(name, str):
            name = f"{language()}/{name}"
        return super().get_template(name, parent, globals)

    def make_globals(self, d: Any) -> Any:
        # No template of ours has globals of its own. A map of two maps is compared key by key at every import.
        if d:
            raise NotImplementedError("globals of one template")
        return self.globals

    def join_path(self, template: str, parent: str) -> str:
        return f"{_language_of(parent)}/{template}"


def _language_of(name: str) -> str:
    return name.partition("/")[0]
