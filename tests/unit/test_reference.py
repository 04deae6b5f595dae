"""The reference names every key, and the schemas for editors agree with the loader on the project's own files."""

from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from engine.kinds import Field
from engine.model import FILES
from engine.reference import reference, schemas
from engine.shape import keys_of

ROOT = Path(__file__).parents[2]
OWN = [path for folder in ("workflows", "forms") for path in sorted((ROOT / folder).rglob("*.yaml"))
       if path.parent.name != "scenarios"]  # fmt: skip
SCHEMAS = schemas()


def as_an_editor_reads(path: Path) -> Any:
    """The file by YAML's core schema, where a date is no type."""
    return _plain(yaml.safe_load(path.read_text()))


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    return data.isoformat() if isinstance(data, date) else data


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_editor_finds_nothing_wrong_in_what_loads(path: Path) -> None:
    data = as_an_editor_reads(path)
    jsonschema.Draft202012Validator(SCHEMAS[next(iter(data))]).validate(data)


@pytest.mark.parametrize(
    "change",
    [
        {"stagess": {}},
        {"start": ["a", "b"]},
        {"stages": {"a": {"title": "A", "deadlin": "14d"}}},
        {"stages": {"a": {"title": "A", "deadline": "14 hari"}}},
        {"stages": {"a": {"title": "A", "actions": {"k": {"title": "K", "fields": {"x": {"type": "teks"}}}}}}},
    ],
)
def test_an_editor_finds_what_the_loader_would_refuse(change: dict[str, Any]) -> None:
    data = {"workflow": "w", "title": "W", "start": "a", "stages": {"a": {"title": "A"}}, **change}
    assert list(jsonschema.Draft202012Validator(SCHEMAS["workflow"]).iter_errors(data))


def test_an_overlay_need_not_repeat_what_is_required() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["workflow"])
    assert validator.is_valid({"workflow": "w", "extends": "dasar", "stages": {"a": {"deadline": "7d"}}})
    assert not validator.is_valid({"workflow": "w", "extends": "dasar", "stages": {"a": {"deadlin": "7d"}}})
    assert not validator.is_valid({"workflow": "w"})


def test_every_key_and_every_field_type_stands_in_the_reference() -> None:
    text = reference()
    keys = [key.name for record in (*FILES.values(), *Field.kinds.values()) for key in keys_of(record)]
    assert [name for name in keys if f"| `{name}` |" not in text] == []
    assert [kind for kind in Field.kinds if f"### `{kind}`" not in text] == []
    assert "None" not in text
