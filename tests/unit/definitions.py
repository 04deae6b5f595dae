"""A small process that uses every part of the language, and helpers that build processes from texts in the tests."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from engine.act import begin
from engine.case import Case, Cycle
from engine.errors import Problem
from engine.library import check_texts, load_texts
from engine.process import Process

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YEAR = Cycle(id="2025", start=date(2025, 1, 1), end=date(2025, 12, 31))

VOCABULARY = """\
vocabulary: umum
title: Kata bersama
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  atasan_penilai: {title: Atasan penilai, is: superior of atasan}
  rekan: {title: Rekan, is: peer, seats: 2..3, proposed_by: pegawai, confirmed_by: [atasan]}
  masyarakat: {title: Masyarakat, is: public}
  admin: {title: Admin, is: region office}
  sistem: {title: Sistem, is: system}
profile:
  nama: text
  golongan: {type: golongan, title: Golongan}
  hukuman: {type: boolean, readers: [admin]}
choices:
  golongan: {title: Golongan, options: {III: Tiga, IV: Empat}}
  predikat: {title: Predikat, ordered: true, options: {KURANG: Kurang, BAIK: Baik, SANGAT_BAIK: Sangat baik}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
functions:
  persen: {inputs: {bagian: number, seluruh: number}, formula: bagian / seluruh * 100, decimals: 1}
  lipat: {inputs: {x: number}, formula: "persen(x, 50)"}
tables:
  predikat_dari:
    title: Predikat
    inputs: {nilai: "[0..120]", golongan: golongan}
    output: predikat
    rows:
      - [">= 90", "not(III)", SANGAT_BAIK]
      - [">= 70", "III, IV", BAIK]
      - ["-", "-", KURANG]
messages:
  sasaran_kurang: Tulis paling sedikit satu sasaran, sekarang {jumlah}.
variants:
  tinggi: pegawai.golongan = "IV"
defaults:
  decimals: 2
  overdue: admin
  readers: {pegawai: selesai, atasan: now}
"""

CATALOGUE = """\
catalogue: butir
title: Butir perilaku
key: kode
columns: {aspek: text, bobot: number, predikat: predikat, sejak: date}
rows:
  km: {title: Kerja sama, aspek: inti, bobot: 60, predikat: BAIK, sejak: 2024-01-31}
  pl: {title: Pelayanan, aspek: inti, bobot: 40, variants: {tinggi: {title: Pelayanan publik}}}
"""

WORKFLOW = """\
workflow: penilaian_kinerja
title: Penilaian kinerja
region: contoh
use: [umum, butir]
cycle: {period: yearly, start: 01-01}
start: rencana
parameters:
  batas: 70
stages:
  rencana:
    title: Rencana
    actor: pegawai
    form: rencana
    opens: 01-15
    deadline: 14d
    remind: [3, 1]
    overdue: atasan
    actions:
      ajukan:
        title: Ajukan
        to: umpan_balik
  umpan_balik:
    title: Umpan balik
    deadline: 10wd
    tasks:
      diri: {title: Diri, actor: pegawai, form: perilaku, on_return: keep}
      sejawat: {title: Sejawat, actor: rekan, form: perilaku, anonymous: true, at_least: 2}
    actions:
      jawab: {title: Jawab}
      tutup:
        title: Tutup
        actor: [sistem, admin]
        auto: [complete, deadline]
        require:
          belum_lengkap: diri != null
        to: penilaian
  penilaian:
    title: Penilaian
    actor: atasan
    form: penilaian
    deadline: 03-31
    readers: {pegawai: selesai}
    actions:
      kembalikan:
        title: Kembalikan
        without_form: true
        fields:
          alasan: {type: textarea, title: Alasan}
        require:
          batas_pengembalian: count(history.penilaian[action = "kembalikan"]) <= 1
        to: rencana
      tetapkan:
        title: Tetapkan
        show_if: today >= cycle.start
        lock: true
        close: laporan
        to:
          umpan_balik: nilai < 50 and count(history.umpan_balik) < 3
          selesai: otherwise
  selesai:
    title: Selesai
    final: true
collections:
  laporan:
    title: Laporan
    actor: masyarakat
    form: laporan
    opens: rencana
    closes: tetapkan
    ticket: LAP
    actions: {kirim: {title: Kirim}}
values:
  hasil:
    title: Hasil
    formula: sum(for s in penilaian.dinilai return s.bobot * s.capaian) / 100
  perilaku_diri: mean(diri.butir.nilai) * 20
  perilaku_rekan: {formula: mean(sejawat.km) * 20, optional: true, at_least: 2}
  perilaku:
    weights:
      - {perilaku_diri: 40, perilaku_rekan: 60}
      - {perilaku_diri: 100}
  nilai:
    weights: {hasil: 60, perilaku: 40}
    override: [penilaian.nilai_ubah]
  nilai_awal: {formula: nilai, frozen_at: penilaian, optional: true}
  predikat: {formula: "predikat_dari(nilai, pegawai.golongan)", readers: {atasan: penilaian}, discloses: hukuman}
  usul:
    readers: {pegawai: none, atasan: none}
    first:
      pembinaan: predikat = "KURANG" or pegawai.hukuman
      tetap: otherwise
  saran:
    collect:
      S-1: nilai < batas
      = butir("km").title: penilaian.setuju = "tidak"
  baris:
    for: s in penilaian.dinilai
    when: s.capaian < 100
    columns:
      sasaran: s.kode
      kurang: {formula: 100 - s.capaian, override: ['penilaian.nilai_ubah'], decimals: 0}
documents:
  dokumen: {title: Dokumen, opens: selesai, readers: {pegawai: now}, show: [nilai, penilaian.catatan]}
analytics:
  tren: {title: Tren, measure: mean(nilai), by: [unit, cycle, predikat], chart: line}
messages:
  belum_lengkap: Tunggu jawaban pegawai.
  batas_pengembalian: Sudah dikembalikan satu kali.
"""

RENCANA = """\
form: rencana
title: Rencana
fields:
  sasaran:
    type: table
    title: Sasaran
    rows: 1..3
    key: kode
    columns:
      kode: {type: text, title: Kode, length: 1..5}
      bobot: {type: number, title: Bobot, allow: "(0..100]"}
      catatan: {type: text, title: Catatan, optional: true, show_if: bobot > 50}
  jumlah: {type: computed, title: Jumlah, formula: sum(sasaran.bobot)}
  mulai: {type: date, title: Mulai, initial: today, allow: ">= cycle.start"}
  unit: {type: select, title: Unit, choices: {a: Unit A, b: Unit B}, optional: true, required_if: jumlah < 100}
require:
  sasaran_kurang: jumlah = 100
"""

PERILAKU = """\
form: perilaku
title: Perilaku
fields:
  butir: {type: ratings, title: Perilaku, from: butir, scale: lima}
  pendapat: {type: textarea, title: Pendapat, optional: true}
"""

PENILAIAN = """\
form: penilaian
title: Penilaian
beside: diri
fields:
  dinilai:
    type: table
    title: Dinilai
    from: rencana.sasaran
    columns:
      realisasi: {type: number, title: Realisasi, allow: ">= 0"}
      capaian: {type: computed, title: Capaian, formula: "persen(realisasi, 10)"}
  sementara: {type: computed, title: Sementara, formula: hasil}
  bagian_catatan: {type: section, title: Catatan, show_if: sementara >= 50}
  catatan: {type: textarea, title: Catatan, length: 3..20}
  akhir_bagian: {type: section, title: Putusan}
  setuju: {type: radio, title: Setuju, choices: {ya: Ya, tidak: Tidak}}
  nilai_ubah: {type: integer, title: Nilai lain, optional: true, show_if: 'setuju = "tidak"', allow: "[0..120]"}
  sikap: {type: scale, title: Sikap, scale: lima, code: sikap_wajib, writers: [atasan, admin], readers: {pegawai: none}}
  latihan: {type: multiselect, title: Latihan, from: 'butir[aspek = "inti"]', optional: true}
  tahu: {type: checkbox_ack, title: Sudah dibahas}
"""

LAPORAN = """\
form: laporan
title: Laporan
fields:
  isi: {type: textarea, title: Isi}
"""

TRANSLATION = """\
translation: en
texts:
  Rencana: Plan
  Laporan: Report
  Isi: Content
  Penilaian: Rating
  Dinilai: Rated
  Realisasi: Result
  Capaian: Achievement
  Sementara: So far
  Catatan: Note
  Putusan: Decision
  Setuju: Agreed
  Ya: 'Yes'
  Tidak: 'No'
  Nilai lain: Another score
  Sikap: Attitude
  Latihan: Training
  Sudah dibahas: Discussed
  Perilaku: Behaviour
  Pendapat: Opinion
  Sasaran: Goal
  Kode: Code
  Bobot: Weight
  Jumlah: Total
  Mulai: Start
  Unit: Unit
  Unit A: Unit A
  Unit B: Unit B
  Butir perilaku: Behaviour items
  Kerja sama: Teamwork
  Pelayanan: Service
  Pelayanan publik: Public service
  Penilaian kinerja: Performance appraisal
  Ajukan: Submit
  Umpan balik: Feedback
  Diri: Oneself
  Sejawat: Peers
  Jawab: Answer
  Tutup: Close
  Kembalikan: Return
  Alasan: Reason
  Tetapkan: Confirm
  Selesai: Done
  Kirim: Send
  Hasil: Results
  Dokumen: Document
  Tren: Trend
  Nilai sikap.: Rate the attitude.
  Tunggu jawaban pegawai.: Wait for the employee.
  Sudah dikembalikan satu kali.: It has been returned once.
  Kata bersama: Common words
  Pegawai: Employee
  Atasan: Superior
  Atasan penilai: Superior's superior
  Rekan: Peer
  Masyarakat: Public
  Admin: Admin
  Sistem: System
  Golongan: Grade
  Tiga: Three
  Empat: Four
  Predikat: Predicate
  Kurang: Poor
  Baik: Good
  Sangat baik: Very good
  Buruk: Bad
  Cukup: Fair
  Istimewa: Outstanding
  Tulis paling sedikit satu sasaran, sekarang {jumlah}.: Write at least one goal, there are {jumlah}.
"""

#: The whole process by file name.
FILES = {
    "workflows/umum.yaml": VOCABULARY,
    "workflows/butir.yaml": CATALOGUE,
    "workflows/penilaian.yaml": WORKFLOW.replace(
        "messages:\n  belum", "messages:\n  sikap_wajib: Nilai sikap.\n  belum"
    ),
    "forms/rencana.yaml": RENCANA,
    "forms/perilaku.yaml": PERILAKU,
    "forms/penilaian.yaml": PENILAIAN,
    "forms/laporan.yaml": LAPORAN,
    "workflows/en.yaml": TRANSLATION,
}

ROLES = """\
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  rekan: {title: Rekan, is: peer, seats: 2..3}
  sistem: {title: Sistem, is: system}
"""


def process_of(texts: Mapping[str, str], name: str = "") -> Process:
    """The process *name* of *texts*, or the only one."""
    processes = load_texts(texts).processes
    if name:
        return processes[name]
    (process,) = processes.values()
    return process


def short(workflow: str = "", **forms: str) -> Process:
    """A process of which only what matters is written: *workflow* without its head and roles, and *forms* by id."""
    head = "workflow: contoh\ntitle: Contoh\nstart: isi\n" + ("" if "\nroles:" in workflow else ROLES)
    texts = {"workflows/contoh.yaml": head + workflow}
    texts |= {f"forms/{name}.yaml": f"form: {name}\ntitle: {name}\nfields:\n{text}" for name, text in forms.items()}
    return process_of(texts)


def problems_of(texts: Mapping[str, str], today: date | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with *texts*, warnings too."""
    return check_texts(texts, today)


def begun(process: Process, **profile: Any) -> Case:
    """A new case of *process*, in its first stage."""
    profiles = {process.subject: profile} if profile else {}
    return begin(process, "kasus", YEAR, profiles, NOW).case
