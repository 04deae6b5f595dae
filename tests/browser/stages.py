"""A case at every stage that looks different, for tests that go through all pages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.service import Service, scenario
from tests.working import work

PEERS = ("rekan_1", "rekan_2", "rekan_3")

#: Whose story it is.
SCENARIO = "PTK-16"
#: How many steps of the scenario are taken, and then who looks at what. ``{}`` is the case.
STOPS: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = (
    (
        0,
        (
            ("pegawai", "/tugas"),
            ("pegawai", "{}"),
            ("pegawai", "{}/isi/ajukan_rencana"),
            ("pegawai", "{}/penilai/rekan_kerja"),
            ("pegawai", "/tugas/tidak-ada"),
            ("pegawai", "/bantuan"),
        ),
    ),
    (
        1,
        (
            ("atasan_langsung", "/tugas"),
            ("atasan_langsung", "/tim"),
            ("atasan_langsung", "/pemberitahuan"),
            ("atasan_langsung", "{}"),
            ("atasan_langsung", "{}/isi/kembalikan_rencana"),
            ("atasan_langsung", "{}/periksa/setujui_rencana"),
            ("atasan_langsung", "{}/penilai/rekan_kerja"),
        ),
    ),
    (2, (("pegawai", "/tugas"), ("pegawai", "{}"), ("pegawai", "{}/isi/kirim_evaluasi_s1"))),
    (3, (("atasan_langsung", "{}/isi/kirim_penilaian_s1"),)),
    (
        6,
        (
            ("rekan_1", "/tugas"),
            ("rekan_1", "{}"),
            ("rekan_1", "{}/isi/kirim_360"),
            ("admin_bkd", "{}"),
            ("admin_bkd", "/pekerjaan-layanan"),
            ("admin_bkd", "/berkas"),
            ("admin_bkd", "/siklus"),
            ("admin_bkd", "/statistik"),
            ("admin_bkd", "/statistik/pontianak_kinerja_semesteran_360/berkas_per_tahap"),
        ),
    ),
    (
        10,
        (
            ("pegawai", "{}"),
            ("pegawai", "{}/hasil"),
            ("pegawai", "{}/isi/minta_klarifikasi"),
            ("atasan_langsung", "{}/hasil"),
        ),
    ),
    (11, (("pegawai", "{}/isi/_isi"), ("atasan_langsung", "{}/isi/pertahankan_nilai"))),
    (15, (("atasan_penilai", "{}/isi/putuskan_keberatan"),)),
    (16, (("tim_penilai", "/tugas"), ("tim_penilai", "{}/isi/tetapkan_keputusan"))),
    (
        17,
        (
            ("pegawai", "/tugas"),
            ("pegawai", "/pemberitahuan"),
            ("pegawai", "{}"),
            ("pegawai", "{}/hasil"),
            ("pegawai", "{}/hasil/nilai_akhir"),
            ("pegawai", "{}/hasil/nilai_akhir_sebelum_keberatan"),
            ("atasan_langsung", "{}/hasil/outcome"),
            ("atasan_langsung", "/tim"),
        ),
    ),
)


def pages(service: Service) -> Iterator[tuple[str, str]]:
    """Who looks at which address, while the case goes on between one and the next."""
    case_id = service.open_case()
    steps = [s for s in scenario(SCENARIO).steps if s["actor"] != service.process.system and not s.get("expect_error")]
    taken = 0
    for stop, looks in STOPS:
        if stop > 1 and taken <= 1:
            service.seat_peers(case_id, PEERS[:2])
        service.play(case_id, steps[taken:stop])
        service.wait_until_open(case_id)
        work(service.app)
        taken = stop
        yield from ((role, path.format(f"/berkas/{case_id}")) for role, path in looks)
