"""A document as it is printed: the button, the sentence without a script, and the sheets that come out."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.service import Service, scenario


@pytest.fixture(scope="module")
def path(service: Service) -> str:
    """Where the document of an appraisal lies that has ended."""
    told, case = scenario("PTK-1"), service.open_case()
    service.seat_peers(case, ("rekan_1", "rekan_2", "rekan_3"))
    service.play(case, told.steps)
    return f"/berkas/{case}/dokumen/dokumen_evaluasi"


def test_a_button_prints_and_without_a_script_a_sentence_says_how(visit: Visit, path: str) -> None:
    page = visit("pegawai").go(path).page
    assert page.get_by_role("button", name="Cetak").is_visible()
    assert not page.get_by_text("pakai menu Cetak").is_visible()
    plain = visit("pegawai", javascript=False).go(path).page
    assert plain.get_by_text("pakai menu Cetak").is_visible()
    assert not plain.get_by_role("button", name="Cetak").is_visible()


def test_on_paper_only_the_document_is_left_and_fits_its_sheets(visit: Visit, path: str) -> None:
    page = visit("pegawai", width=672).go(path).page
    page.emulate_media(media="print")
    for part in (".masthead", ".foot", ".govuk-back-link", ".demo", "[data-print]"):
        assert not any(found.is_visible() for found in page.locator(part).all()), part
    assert page.get_by_role("heading", name="Dokumen evaluasi kinerja").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 672
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert 1 <= len(sheets) <= 3
