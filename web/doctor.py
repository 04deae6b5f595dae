"""Looks a deployment over: what is set wrongly, what will break, and what to do about each.

Nothing in the database is changed. Each check is a function that yields what it found; one that cannot be made because
another failed is left out.
"""

from __future__ import annotations

import resource
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import DefinitionError
from engine.library import check
from web import anchors, health, traces
from web.clock import wall
from web.config import LOCAL_HOSTS, Misconfigured, Settings
from web.console import _
from web.database import reading, up_to_date
from web.definitions import definitions
from web.logs import code_of
from web.mail import post_of
from web.serving import FILES

Level = Literal["good", "warning", "wrong"]

#: The zones in which Indonesia's units count their days.
ZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")
#: File systems that other machines see too: SQLite's locks do not hold on them.
SHARED = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs"})
OLDEST_POSTGRESQL = 15
MEGABYTE = 1024 * 1024
#: Below this much free space something is wrong, or soon will be.
NONE_LEFT, LITTLE_LEFT = 200 * MEGABYTE, 2000 * MEGABYTE
#: By how much the clocks of service and database may differ.
APART = timedelta(seconds=2)
#: What a process keeps open to the database at most.
EACH = 32
ANCHOR_AGE = timedelta(days=2)
#: For how long a worker that runs may not have been seen, and no backup may have been made.
WORKER_AGE, BACKUP_AGE = timedelta(minutes=5), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do unless it is good."""

    level: Level
    about: str
    text: str
    remedy: str = ""


def good(about: str, text: str) -> Finding:
    return Finding("good", about, text)


def settings_or_why() -> Settings | Finding:
    """The settings of the environment, or what is wrong with them."""
    try:
        return Settings.from_environment()
    except Misconfigured as error:
        return Finding("wrong", "settings", str(error), _("Perbaiki variabel lingkungan itu, lalu jalankan lagi."))
    except OSError as error:
        what = _("Folder instance tidak dapat dibuat: {why}.").format(why=error.strerror)
        return Finding("wrong", "instance", what, _("Tunjuk folder yang boleh ditulis dengan BORANG_INSTANCE."))


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings and this machine say, without the database."""
    for look in (_instance, _secret, _addresses, _zones, _files, _mail, _definitions):
        yield from look(settings)


def of_service(app: Flask, processes: int) -> Iterator[Finding]:
    """What the database says."""
    settings: Settings = app.extensions["settings"]
    own = _file_of(settings)
    if own and not own.is_file():
        what = _("Basis data {where} belum ada.").format(where=own)
        yield Finding("wrong", "database", what, _("Jalankan borang init."))
        return
    with app.app_context():
        try:
            reading().execute(text("select 1"))
        except (SQLAlchemyError, ImportError) as error:
            yield _unreachable(settings, error)
            return
        yield good("database", _("Basis data menjawab."))
        yield from _sqlite(own, processes) if own else _postgresql(processes)
        if not up_to_date():
            what = _("Tabel basis data bukan dari versi layanan ini.")
            yield Finding("wrong", "schema", what, _("Buat cadangan, lalu jalankan borang init."))
            return
        yield good("schema", _("Tabel basis data sesuai versi ini."))
        looks: Iterable[Callable[[], Iterator[Finding]]] = (_pinned, _jobs, _anchors, _backups)
        for look in looks:
            yield from look()


def _file_of(settings: Settings) -> Path | None:
    """The file of a SQLite database."""
    address = make_url(settings.database_url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def _unreachable(settings: Settings, error: Exception) -> Finding:
    where = make_url(settings.database_url).render_as_string(hide_password=True)
    what = _("Basis data {where} tidak menjawab ({why}).")
    told = what.format(where=where, why=code_of(error) or type(error).__name__)
    if not where.startswith("sqlite") and find_spec("psycopg") is None:
        return Finding("wrong", "database", told, _("Pasang pengandarnya: borang[postgresql]."))
    return Finding("wrong", "database", told, _("Periksa DATABASE_URL, apakah server berjalan, dan kata sandinya."))


# --- this machine -----------------------------------------------------------------------------------------------------


def _instance(settings: Settings) -> Iterator[Finding]:
    folder = settings.instance
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = _("Folder {folder} tidak dapat ditulis: {why}.").format(folder=folder, why=error.strerror)
        yield Finding("wrong", "instance", what, _("Berikan folder itu kepada akun layanan: chown."))
        return
    free = shutil.disk_usage(folder).free
    told = _("Ruang kosong di {folder}: {free} MB.").format(folder=folder, free=free // MEGABYTE)
    if free < LITTLE_LEFT:
        level: Level = "wrong" if free < NONE_LEFT else "warning"
        yield Finding(level, "instance", told, _("Kosongkan ruang, atau pindahkan ke disk yang lebih besar."))
    else:
        yield good("instance", told)
    if folder.stat().st_mode & 0o007:
        what = _("Folder {folder} terbuka bagi semua akun di mesin ini.").format(folder=folder)
        yield Finding("warning", "instance", what, f"chmod o-rwx {folder}")


def _secret(settings: Settings) -> Iterator[Finding]:
    file = settings.instance / "secret_key"
    kept = file.is_file() and file.read_text().strip() == settings.secret_key
    if not kept:
        yield good("secret", _("Kunci rahasia berasal dari BORANG_SECRET_KEY."))
    elif file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        what = _("Kunci rahasia dapat dibaca akun lain: {file}.").format(file=file)
        yield Finding("wrong", "secret", what, f"chmod 600 {file}")
    else:
        yield good("secret", _("Kunci rahasia hanya dibaca akun layanan. Simpan salinannya di tempat lain."))


def _addresses(settings: Settings) -> Iterator[Finding]:
    public = [host for host in settings.hosts if host not in LOCAL_HOSTS]
    if not public:
        what = _("Layanan hanya menjawab di mesin ini: BORANG_HOSTS kosong.")
        yield Finding("warning", "hosts", what, _("Sebut nama host yang dipakai pengguna di BORANG_HOSTS."))
        return
    if not settings.https:
        what = _("BORANG_HTTPS=0, padahal layanan menjawab sebagai {hosts}.").format(hosts=", ".join(public))
        yield Finding("wrong", "https", what, _("Hapus BORANG_HTTPS dan pasang proksi dengan TLS di depan layanan."))
    elif not settings.proxies:
        what = _("HTTPS tanpa proksi yang dipercaya: semua pengunjung tampak berasal dari satu alamat.")
        yield Finding(
            "wrong", "https", what, _("Isi BORANG_PROXIES dengan jumlah proksi di depan layanan, biasanya 1.")
        )
    else:
        yield good("https", _("Menjawab sebagai {hosts}.").format(hosts=", ".join(public)))
    own = urlsplit(settings.url).hostname
    if own and own not in settings.hosts:
        what = _("BORANG_URL menunjuk {own}, yang tidak ada di BORANG_HOSTS.").format(own=own)
        yield Finding("wrong", "hosts", what, _("Samakan keduanya."))


def _zones(settings: Settings) -> Iterator[Finding]:
    try:
        for name in ZONES:
            ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        what = _("Data zona waktu tidak ada: {zone}.").format(zone=error.args[0])
        yield Finding("wrong", "zones", what, _("Pasang tzdata dari sistem operasi."))
    else:
        yield good("zones", _("Data zona waktu lengkap."))


def _files(settings: Settings) -> Iterator[Finding]:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        what = _("Satu proses boleh membuka {n} berkas; dengan banyak sambungan lambat itu kurang.").format(n=hard)
        yield Finding("warning", "files", what, f"LimitNOFILE={FILES}")


def _mail(settings: Settings) -> Iterator[Finding]:
    try:
        post = post_of(settings)
    except Misconfigured as error:
        yield Finding("wrong", "mail", str(error), _("Perbaiki setelan surel itu."))
        return
    if post is None:
        yield good("mail", _("Surel tidak dikirim: BORANG_MAIL kosong."))
        return
    try:
        socket.create_connection((post.host, post.port), timeout=5).close()
    except OSError as error:
        what = _("Server surel {host}:{port} tidak terjangkau ({why}).")
        told = what.format(host=post.host, port=post.port, why=error.strerror or type(error).__name__)
        yield Finding("wrong", "mail", told, _("Periksa BORANG_MAIL dan jalan ke server itu."))
    else:
        yield good("mail", _("Server surel menerima sambungan."))


def _definitions(settings: Settings) -> Iterator[Finding]:
    wrong = [problem for problem in check(settings.definitions, wall().date()) if not problem.warning]
    if wrong:
        what = _("{n} kesalahan dalam definisi di {folder}.").format(n=len(wrong), folder=settings.definitions)
        yield Finding("wrong", "definitions", what, _("Jalankan borang check untuk melihat tempatnya."))
    else:
        yield good("definitions", _("Semua definisi benar."))


# --- the database -----------------------------------------------------------------------------------------------------


def _sqlite(file: Path, processes: int) -> Iterator[Finding]:
    kind = file_system_of(file)
    if kind in SHARED:
        what = _("Basis data SQLite ada di berkas jaringan ({kind}): kuncinya tidak berlaku di sana.").format(kind=kind)
        yield Finding("wrong", "database", what, _("Pindahkan ke disk mesin ini, atau pakai PostgreSQL."))
    mode = reading().execute(text("pragma journal_mode")).scalar()
    if mode != "wal":
        what = _("SQLite tidak memakai WAL ({mode}).").format(mode=mode)
        yield Finding("wrong", "database", what, _("Jalankan borang init."))
    if file.stat().st_mode & 0o007 and file.parent.stat().st_mode & 0o001:
        what = _("Berkas basis data dapat dibaca semua akun di mesin ini.")
        yield Finding("wrong", "database", what, f"chmod 600 {file}")
    if processes > 1:
        what = _("Beberapa proses di satu berkas SQLite menulis bergantian.")
        yield Finding("warning", "database", what, _("Untuk banyak pengguna pakai PostgreSQL; dua mesin tidak boleh."))


def file_system_of(file: Path, mounts: str | None = None) -> str:
    """The kind of file system that *file* lies on; empty where the system does not say."""
    try:
        lines = (Path("/proc/self/mounts").read_text() if mounts is None else mounts).splitlines()
    except OSError:
        return ""
    found = [line.split()[1:3] for line in lines if len(line.split()) > 2]
    around = [(where, kind) for where, kind in found if file.absolute().is_relative_to(where)]
    return max(around, key=lambda one: len(one[0]), default=("", ""))[1]


_SERVER = text("""
select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
       current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
       current_setting('synchronous_commit') as synchronous_commit, current_setting('max_connections') as most,
       (select rolsuper from pg_roles where rolname = current_user) as powerful,
       has_schema_privilege(current_user, 'public', 'create') as may_create
""")


def _postgresql(processes: int) -> Iterator[Finding]:
    server = reading().execute(_SERVER).one()
    if int(server.version) < OLDEST_POSTGRESQL * 10_000:
        what = _("PostgreSQL {version} terlalu tua.").format(version=int(server.version) // 10_000)
        yield Finding("wrong", "database", what, _("Pakai PostgreSQL 15 atau lebih baru."))
    if server.encoding != "UTF8":
        what = _("Basis data ini menyimpan teks sebagai {encoding}.").format(encoding=server.encoding)
        yield Finding("wrong", "database", what, "createdb --encoding=UTF8 --template=template0")
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if getattr(server, name) == "off":
            what = _("{name} mati: yang sudah dinyatakan tersimpan dapat hilang saat listrik padam.").format(name=name)
            yield Finding("wrong", "database", what, f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();")
    wanted = EACH * processes
    if wanted > int(server.most) - 5:
        what = _("{processes} proses membuka sampai {wanted} sambungan; server mengizinkan {most}.")
        told = what.format(processes=processes, wanted=wanted, most=server.most)
        yield Finding("warning", "database", told, f"ALTER SYSTEM SET max_connections = {wanted + 40};")
    yield from _account(server)
    yield from _clocks()


def _account(server: Any) -> Iterator[Finding]:
    about = _("Beri layanan akun tanpa hak itu; borang init memakai akun lain (docs/operations.md).")
    if server.powerful:
        yield Finding("wrong", "account", _("Layanan masuk ke basis data sebagai superuser."), about)
    elif server.may_create:
        yield Finding("warning", "account", _("Akun layanan boleh membuat dan mengubah tabel."), about)


def _clocks() -> Iterator[Finding]:
    before = wall()
    theirs: datetime = reading().execute(text("select clock_timestamp()")).scalar_one()
    apart = abs(theirs - (before + (wall() - before) / 2))
    told = _("Jam layanan dan jam basis data berselisih {seconds} detik.").format(
        seconds=f"{apart.total_seconds():.1f}"
    )
    if apart > APART:
        yield Finding("wrong", "clock", told, _("Samakan jam kedua mesin dengan NTP."))
    else:
        yield good("clock", told)


def _pinned() -> Iterator[Finding]:
    for row in reading().execute(text("select hash, workflow from definition order by workflow, hash")):
        try:
            definitions().process(reading(), row.hash)
        except (DefinitionError, KeyError, ValueError):
            what = _("Definisi tersimpan {workflow} ({digest}) tidak dapat dibaca versi ini.")
            told = what.format(workflow=row.workflow, digest=row.hash[:12])
            yield Finding("wrong", "definitions", told, _("Jangan perbarui layanan; kembali ke versi sebelumnya."))


def _jobs() -> Iterator[Finding]:
    counts = next((gauge.values for gauge in health.gauges() if gauge.name == "borang_jobs"), {})
    late, parked = int(counts.get("late", 0)), int(counts.get("parked", 0))
    seen = traces.last(reading(), traces.WORKER)
    told = _("Pekerja terakhir terlihat: {when}.").format(when=_when(seen))
    if late and (seen is None or wall() - seen > WORKER_AGE):
        what = _("{n} pekerjaan terlambat lebih dari satu menit: tidak ada yang mengerjakan.").format(n=late)
        remedy = _("Jalankan borang worker, atau borang serve tanpa --no-worker.")
        yield Finding("wrong", "jobs", f"{what} {told}", remedy)
    elif late:
        what = _("{n} pekerjaan terlambat lebih dari satu menit, walaupun ada yang mengerjakan.").format(n=late)
        yield Finding("warning", "jobs", f"{what} {told}", _("Tunggu sebentar; bila tetap begitu, tambah pekerja."))
    else:
        yield good("worker", told)
    if parked:
        what = _("{n} pekerjaan gagal terus dan tidak dicoba lagi.").format(n=parked)
        yield Finding("warning", "jobs", what, "borang jobs list")
    if not late and not parked:
        yield good("jobs", _("Tidak ada pekerjaan yang terlambat atau macet."))


def _anchors() -> Iterator[Finding]:
    last = anchors.last(reading())
    if reading().execute(text("select 1 from appraisal limit 1")).first() is None:
        return
    since = datetime.fromisoformat(last.at) if last else None
    if since is None or wall() - since > ANCHOR_AGE:
        what = _("Jurnal terakhir disegel: {since}.").format(since=since.date() if since else _("belum pernah"))
        yield Finding("warning", "audit", what, _("Segel dibuat setiap hari oleh borang worker atau borang serve."))
    else:
        yield good("audit", _("Jurnal disegel dalam dua hari terakhir."))


def _backups() -> Iterator[Finding]:
    made = traces.last(reading(), traces.BACKUP)
    told = _("Cadangan terakhir dengan borang backup: {when}.").format(when=_when(made))
    if made and wall() - made <= BACKUP_AGE:
        yield good("backup", told)
    elif reading().execute(text("select 1 from appraisal limit 1")).first():
        remedy = _("Jalankan borang backup setiap malam. Cadangan yang dibuat dengan cara lain tidak terlihat di sini.")
        yield Finding("warning", "backup", told, remedy)


def _when(instant: datetime | None) -> str:
    """An instant in the zone of this machine, for whoever sits at it."""
    return instant.astimezone().strftime("%Y-%m-%d %H:%M %Z") if instant else _("belum pernah")


def is_wrong(found: Iterable[Finding]) -> bool:
    return any(one.level == "wrong" for one in found)
