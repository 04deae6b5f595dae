"""JSON as it is kept: the same bytes as the standard library's compact text, so chains hold whoever writes them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jsontext import dumped, loaded

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_text_is_that_of_the_standard_library(value):
    assert dumped(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert loaded(dumped(value)) == value


@pytest.mark.parametrize("value", ["\ud800", {"a": object()}, {1: "one"}])
def test_what_has_no_form_is_refused(value):
    with pytest.raises(TypeError):
        dumped(value)


@pytest.mark.parametrize("text", ["", "{", "NaN", "[1,]"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        loaded(text)
