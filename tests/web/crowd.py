"""Employees of every kind beside the cast: invented, with profiles that differ in all that the process reads."""

from __future__ import annotations

import json
import uuid

from sqlalchemy import text

from tests.cast import REGION, WORKFLOW
from web import directory
from web.database import writing
from web.store import store

_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:id, :region, :unit, :nip, :name, '-', :active, :superior, 'id', :profile)
""")


def gather(count: int, superior: str) -> None:
    """Registers so many more people under *superior*, in two units of two zones."""
    process = store().definitions.library.processes[WORKFLOW]
    jobs = list(process.words.choices["jenis_jabatan"].options)
    groups = list(process.words.choices["grup_opd"].options)
    with writing() as rows:
        rows.execute(text("update unit set zone = 'Asia/Makassar' where code = 'PON-04'"))
        for number in range(count):
            nip = f"1985{number % 12 + 1:02}{number % 28 + 1:02}2010011{number + 1:03}"
            kind = {"jenis_jabatan": jobs[number % len(jobs)], "grup_opd": groups[number % 3]}
            profile = {"nama": f'Pegawai "{number}"', "nip": nip, "jabatan": f"Guru {number % 7}", **kind}
            if number % 4:
                # Not written as the service would write it.
                profile |= {"masa_jabatan_tahun": f"{number % 6}.0", "hukuman_disiplin": number % 3 == 0}
            if number % 5:
                profile |= {"predikat_tahun_lalu": ["BAIK", "SANGAT_BAIK"][number % 2]}
            known = {"id": str(uuid.uuid4()), "nip": nip, "name": profile["nama"], "region": REGION}
            tie = {"unit": ["PON-04", "PON-05"][number % 2], "superior": superior, "active": number % 10 != 9}
            rows.execute(_PERSON, {**known, **tie, "profile": json.dumps(profile, ensure_ascii=False)})
            directory.keep(rows, REGION, [(known["id"], known["name"], nip)])
