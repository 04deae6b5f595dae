"""Every code the engine can report, with its text in Indonesian and English.

A text says what is wrong and what to do. ``{name}`` is filled from the parameters. ``{maybe}`` is the did-you-mean made
of the parameter ``maybe_id``, a sentence of its own, or empty.

Families: ``S`` the text of a YAML file, ``D`` the shape of a declaration, ``N`` names and references, ``X``
expressions (FEEL), ``E`` the process as a whole. Refusals of an act carry words instead of numbers, those of the
domain (``nilai_wajib``, ``sudah_menilai``), so that a definition can name them too. ``L``, overlays, stands in
``engine.overlay_texts``.
"""

from __future__ import annotations

from typing import Any

from engine import course_texts, migration_texts, nip, overlay_texts, rule_texts
from engine.feel import errors as feel_errors

LANGUAGES = ("id", "en")

# fmt: off
TEXTS: dict[str, tuple[str, str]] = {
    # --- S: the text of a YAML file (engine.source) -----------------------------------------------------------------
    "S001": (
        "Bagi berkas ini: ukurannya {size} bita, batasnya {limit} bita.",
        "Split this file: it has {size} bytes, the limit is {limit} bytes.",
    ),
    "S002": (
        "Simpan ulang berkas ini sebagai UTF-8; di tempat ini isinya bukan UTF-8.",
        "Save this file again as UTF-8; what stands here is not UTF-8.",
    ),
    "S003": (
        "Hapus karakter {char} di sini: karakter kendali atau tak tampak tidak boleh ada dalam teks.",
        "Delete the character {char} here: control and invisible characters may not stand in a text.",
    ),
    "S004": (
        "Tulis \\\\ untuk garis miring terbalik, atau pakai kutip tunggal: kode sesudah \\ di sini tidak dikenal.",
        "Write \\\\ for a backslash, or use single quotes: the code after \\ here is not known.",
    ),
    "S005": (
        "Isi berkas ini, dimulai dengan jenisnya, misalnya workflow: nama_proses; sekarang berkas ini kosong.",
        "Fill this file, beginning with its kind, such as workflow: process_name; it is empty now.",
    ),
    "S006": (
        "Mulai berkas dengan kunci: nilai, misalnya workflow: nama_proses; isi berkas harus berupa peta.",
        "Begin the file with key: value, such as workflow: process_name; a file must hold a map.",
    ),
    "S007": (
        "Kurangi susunan bertingkat di sini: paling dalam {limit} tingkat.",
        "Nest less deeply here: at most {limit} levels.",
    ),
    "S008": (
        "Bagi berkas ini: isinya lebih dari {limit} unsur YAML.",
        "Split this file: it has more than {limit} YAML elements.",
    ),
    "S009": ("Pendekkan teks ini: paling panjang {limit} bita.", "Shorten this text: at most {limit} bytes."),
    "S010": (
        'Tulis isinya langsung, atau beri tanda kutip: "&" dan "*" di awal (jangkar, alias) tidak dipakai di sini.',
        'Write the content out, or quote it: a leading "&" or "*" (anchor, alias) is not used here.',
    ),
    "S011": (
        'Salin isinya ke sini: kunci gabung "<<" tidak dipakai.',
        'Copy the content here: the merge key "<<" is not used.',
    ),
    "S012": (
        'Hapus tag YAML ini, atau beri tanda kutip bila teksnya memang diawali "!".',
        'Delete this YAML tag, or quote the text if it is meant to begin with "!".',
    ),
    "S013": (
        'Hapus baris yang diawali "%": arahan YAML tidak dipakai.',
        'Delete the line that begins with "%": YAML directives are not used.',
    ),
    "S014": (
        'Pindahkan bagian mulai dari sini ke berkas lain, atau hapus "---" atau "..." ini: satu berkas, satu dokumen.',
        'Move what follows to another file, or delete this "---" or "...": one file, one document.',
    ),
    "S015": (
        "Tulis kunci sebagai teks biasa: daftar atau peta tidak dapat menjadi kunci.",
        "Write the key as plain text: a list or a map cannot be a key.",
    ),
    "S016": ('Tulis kunci sebelum ":": di sini kuncinya kosong.', 'Write a key before ":": here it is empty.'),
    "S017": (
        'Hapus atau ganti salah satu kunci "{key}": kunci ini ada di baris {first} dan lagi di baris {second}.',
        'Remove or rename one of the keys "{key}": it stands in line {first} and again in line {second}.',
    ),
    "S018": (
        'Tulis titik dua dan spasi sesudah kunci "{key}", atau beri tanda kutip bila ini bagian dari teks.',
        'Write a colon and a space after the key "{key}", or quote it if it is part of a text.',
    ),
    "S019": (
        "Hapus koma yang berlebih, atau tulis nilai sebelum koma ini.",
        "Delete the extra comma, or write a value before it.",
    ),
    "S020": (
        "Tanda koma memotong rumus atau teks ini; beri tanda kutip.",
        "The comma cuts this formula or text short; put it in quotes.",
    ),
    "S021": (
        'Titik dua dan spasi (": ") memotong teks ini; beri tanda kutip pada seluruh teks.',
        'A colon and a space (": ") cut this text short; put the whole text in quotes.',
    ),
    "S022": (
        'Beri tanda kutip pada seluruh teks: "?" yang berdiri sendiri berarti kunci majemuk dalam YAML.',
        'Put the whole text in quotes: a "?" standing alone means a complex key in YAML.',
    ),
    "S023": (
        'Tanda "{char}" memotong rumus atau teks ini; beri tanda kutip.',
        'The "{char}" cuts this formula or text short; put it in quotes.',
    ),
    "S024": (
        'Tanda "#" memotong teks ini; beri tanda kutip, atau beri spasi sesudah "#" bila ini komentar.',
        'The "#" cuts this text short; put it in quotes, or write a space after "#" if it is a comment.',
    ),
    "S025": (
        "Beri tanda kutip pada seluruh teks (kutip tunggal di dalamnya ditulis dua kali): ada sambungan di sini.",
        "Put the whole text in quotes (a single quote in it is written twice): it goes on here, after a closing mark.",
    ),
    "S026": (
        'Beri tanda kutip: teks tidak boleh diawali "{char}".',
        'Put it in quotes: a text may not begin with "{char}".',
    ),
    "S027": (
        "Beri spasi sesudah titik dua ini, atau beri tanda kutip pada seluruh teks.",
        "Write a space after this colon, or put the whole text in quotes.",
    ),
    "S030": (
        "Sejajarkan awal baris ini dengan kunci atau butir (-) yang setingkat; kunci tidak boleh berada di bawah teks.",
        "Align the start of this line with the keys or items (-) of its level; a key may not stand under a text.",
    ),
    "S031": (
        "Ganti tab dengan spasi: YAML tidak menerima tab di sini.",
        "Replace the tab by spaces: YAML takes no tab here.",
    ),
    "S032": ("Tutup tanda kutip yang dibuka di sini.", "Close the quote that is opened here."),
    "S033": (
        'Tutup kurung "{char}" yang dibuka di sini, dan periksa koma di antara isinya.',
        'Close the "{char}" that is opened here, and check the commas between its parts.',
    ),
    "S034": (
        "Tulis titik dua dan spasi sesudah kunci di baris ini, atau jorokkan bila ia lanjutan teks di atasnya.",
        "Write a colon and a space after the key in this line, or indent it if it continues the text above.",
    ),
    "S035": (
        'Mulai daftar di baris baru: butir "-" tidak boleh berada di baris kuncinya.',
        'Begin the list on a new line: an item "-" may not stand in the line of its key.',
    ),
    "S036": ("Pendekkan kunci ini: paling panjang {limit} bita.", "Shorten this key: at most {limit} bytes."),
    "S037": (
        'Mulai teks di baris baru: sesudah "|" atau ">" hanya boleh ada tanda +, - atau angka 1-9.',
        'Begin the text on a new line: only +, - or a digit 1-9 may follow "|" or ">".',
    ),
    "S038": (
        'Hapus atau ganti kurung penutup "{char}": tidak cocok dengan kurung pembukanya, atau tidak ada pembukanya.',
        'Delete or change the closing "{char}": it does not match its opening bracket, or there is none.',
    ),
    "S099": (
        "Periksa tanda kutip, kurung, titik dua dan lekukan di sekitar tempat ini: YAML di sini tidak dapat dibaca.",
        "Check the quotes, brackets, colons and indentation around this place: the YAML here cannot be read.",
    ),
    # --- D: the shape of a declaration (engine.shape) ---------------------------------------------------------------
    "D001": ('Hapus atau ganti "{key}": tidak dikenal di "{of}". Yang dikenal: {known}.{maybe}',
             'Remove or replace "{key}": it is not known in "{of}". Known here: {known}.{maybe}'),
    "D002": ('Tambahkan "{key}" pada "{of}": bagian ini wajib ada.',
             'Add "{key}" to "{of}": it has to be there.'),
    "D003string": ('Tulis satu nilai untuk "{of}", bukan daftar atau peta.',
                   'Write a single value for "{of}", not a list or a map.'),
    "D003array": ('Tulis daftar untuk "{of}", misalnya [satu, dua].',
                  'Write a list for "{of}", such as [one, two].'),
    "D003object": ('Tulis peta "kunci: nilai" untuk "{of}".',
                   'Write a map "key: value" for "{of}".'),
    "D004": ('Ganti "{text}" pada "{of}" dengan salah satu dari: {known}.{maybe}',
             'Replace "{text}" in "{of}" by one of: {known}.{maybe}'),
    "D005": ('Ganti nama "{text}": pakai huruf kecil, angka, dan garis bawah, dimulai dengan huruf.',
             'Rename "{text}": use small letters, digits and underscores, beginning with a letter.'),
    "D006": ('Perbaiki "{text}" pada "{of}": bentuknya {wanted}.',
             'Correct "{text}" in "{of}": it is written as {wanted}.'),
    "D007": ('Ganti "{text}": tanggal itu tidak ada.',
             'Replace "{text}": there is no such day.'),
    "D008": ('Mulai berkas dengan jenisnya ({known}), bukan "{key}".{maybe}',
             'Begin the file with its kind ({known}), not "{key}".{maybe}'),
    "D009": ('Beri id lain: "{id}" sudah dipakai di {other}.',
             'Give another id: "{id}" is already used in {other}.'),
    "D010": ('Berkas atau folder "{path}" tidak ada. Periksa namanya.',
             'There is no file or folder "{path}". Check the name.'),
    "D011": ("Perbaiki berkas ini: bukan JSON yang sah di tempat ini.",
             "Correct this file: it is not valid JSON here."),
    "D012": ('Isi "{of}": di sini belum ada apa-apa.',
             'Fill in "{of}": there is nothing here.'),
    "D013": ('Ganti kode "{text}": pakai huruf, angka, "_" dan "-", dimulai dengan huruf atau angka.',
             'Change the code "{text}": use letters, digits, "_" and "-", beginning with a letter or digit.'),
    "D014": ('Ganti "{text}" dengan kode bahasa dua huruf, misalnya en.',
             'Replace "{text}" by the two letters of a language, such as en.'),
    "D015": ('Tulis tanggal "{text}" sebagai tahun-bulan-hari, misalnya 2026-10-23.',
             'Write the date "{text}" as year-month-day, such as 2026-10-23.'),
    "D016": ('Hapus "{name}" di sini: nama itu sudah ada di daftar ini.',
             'Remove "{name}" here: the list names it already.'),
    # --- N: names and references (engine.compile) -------------------------------------------------------------------
    "N001": ('Ganti "{name}" dengan sebuah tahap: {known}.{maybe}',
             'Replace "{name}" by a stage: {known}.{maybe}'),
    "N002": ('Ganti "{name}" dengan sebuah peran: {known}.{maybe}',
             'Replace "{name}" by a role: {known}.{maybe}'),
    "N003": ('Ganti "{name}" dengan id formulir di folder forms: tidak ada formulir itu.{maybe}',
             'Replace "{name}" by the id of a form in the folder forms: there is no such form.{maybe}'),
    "N004": ('Ganti "{name}" dengan kosakata atau katalog: {known}.{maybe}',
             'Replace "{name}" by a vocabulary or catalogue: {known}.{maybe}'),
    "N005": ('Ganti "{name}" dengan daftar di bawah choices: {known}.{maybe}',
             'Replace "{name}" by a list under choices: {known}.{maybe}'),
    "N006": ('Ganti "{name}" dengan sebuah skala: {known}.{maybe}',
             'Replace "{name}" by a scale: {known}.{maybe}'),
    "N007": ('Ganti "{name}" dengan sebuah varian di bawah variants: {known}.{maybe}',
             'Replace "{name}" by one of the variants: {known}.{maybe}'),
    "N008": ('Ganti "{name}" dengan sebuah tugas: {known}.{maybe}',
             'Replace "{name}" by a task: {known}.{maybe}'),
    "N009": ('Ganti "{name}" dengan jenis nilai, selang seperti [0..120], atau id pilihan: {known}.{maybe}',
             'Replace "{name}" by a type, an interval such as [0..120], or the id of choices: {known}.{maybe}'),
    "N010": ('Tulis pesan untuk kode "{name}" di bawah messages.{maybe}',
             'Write a message for the code "{name}" under messages.{maybe}'),
    "N011": ('Beri nama lain: "{name}" sudah dipakai di bawah {other}.',
             'Give another name: "{name}" is already used under {other}.'),
    "N012": ("Tulis {wanted} sel di baris tabel ini; sekarang {found}.",
             "Write {wanted} cells in this row of the table; it has {found}."),
    "N013": ('Ganti "{text}": bukan pilihan {of}. Pilihannya: {known}.{maybe}',
             'Replace "{text}": it is not an option of {of}. Options: {known}.{maybe}'),
    "N014": ('Ganti "{text}": di sini harus {wanted}.',
             'Replace "{text}": what is wanted here is {wanted}.'),
    "N015": ('Beri "{name}" tepat satu dari formula, weights, first, collect, for; sekarang {found}.',
             'Give "{name}" exactly one of formula, weights, first, collect, for; it has {found}.'),
    "N016": ('Ganti "{name}" dengan sebuah pengumpulan di bawah collections: {known}.{maybe}',
             'Replace "{name}" by one of the collections: {known}.{maybe}'),
    "N017": ('Ganti "{name}" dengan sebuah tindakan: {known}.{maybe}',
             'Replace "{name}" by an action: {known}.{maybe}'),
    "N018": ('Ganti "{name}" dengan sebuah nilai di bawah values: {known}.{maybe}',
             'Replace "{name}" by one of the values: {known}.{maybe}'),
    "N019": ('Ganti "{name}" dengan sebuah kolom: {known}.{maybe}',
             'Replace "{name}" by a column: {known}.{maybe}'),
    "N020": ("Hapus today dari sini: hanya show_if, initial dan allow boleh memakainya, agar nilai bisa diulang.",
             "Take today out: only show_if, initial and allow may use it, so that scores can be computed again."),
    "N022": ('Beri nama lain: "{name}" adalah nama bawaan bahasa ini.',
             'Give another name: "{name}" is a word of the language itself.'),
    "N023": ('Ganti "{name}" dengan id proses: {known}.{maybe}',
             'Replace "{name}" by the id of a workflow: {known}.{maybe}'),
    "N024": ('Ganti "{name}" dengan data di bawah profile: {known}.{maybe}',
             'Replace "{name}" by one of those under profile: {known}.{maybe}'),
    "N025": ('Beri "{name}" pilihan: choices, atau from.',
             'Give "{name}" options: choices, or from.'),
    "N026": ('Ambil baris "{name}" dari katalog, tabel, atau nilai dengan for; ini bukan daftar baris.',
             'Take the rows of "{name}" from a catalogue, a table, or a value with for; this is no list of rows.'),
    "N027": ('Ganti "{name}" dengan dasar pengelompokan: {known}.{maybe}',
             'Replace "{name}" by something to group by: {known}.{maybe}'),
    "N028": ('Beri sumber baris "{name}" sebuah key, supaya setiap barisnya dikenali.',
             'Give the source of the rows of "{name}" a key, so that each of them can be told.'),
    "N029": ('Ganti "{name}" dengan sebuah nilai, atau isian dari tugas satu orang (tugas.isian).',
             'Replace "{name}" by a value, or by a field of a task of one person (task.field).'),
    "N030": ("Hapus {day} dari holidays atau dari working: satu hari tidak mungkin libur dan dikerjakan.",
             "Take {day} out of holidays or out of working: one day cannot be both."),
    "N031": ('Ganti peran "{role}" di sini: ia tidak dapat diberi tahu, karena tidak punya akun.',
             'Replace the role "{role}" here: it cannot be told, since it has no account.'),
    # --- X: expressions, beside the codes of engine.feel ------------------------------------------------------------
    "X101": ("Ubah ekspresi ini supaya menghasilkan {wanted}, bukan {found}.",
             "Change this expression so that it gives {wanted}, not {found}."),
    # --- E: the process as a whole (engine.proofs) ------------------------------------------------------------------
    "E03": ('Beri tahap "{stage}" tindakan dengan "to", atau tulis final: true: sekarang tidak ada jalan keluar.',
            'Give the stage "{stage}" an action with "to", or write final: true: it cannot be left now.'),
    "E11": ('Pindahkan baris "otherwise" ke paling bawah: baris sesudahnya tidak pernah berlaku.',
            'Move the line "otherwise" to the bottom: no line behind it ever holds.'),
    "E14": ("Putuskan lingkaran ini: {names}. Sebuah nilai tidak boleh bergantung pada dirinya sendiri.",
            "Break this circle: {names}. A value must not depend on itself."),
    "E16": ("Ubah bobot supaya jumlahnya tepat 100 tanpa yang negatif atau nol; sekarang {found}.",
            "Change the weights so that they total exactly 100 and none is negative or zero; they total {found}."),
    "E20": ('Beri tahap "{stage}" sebuah deadline: tindakan ini diambil sistem saat tenggat.',
            'Give the stage "{stage}" a deadline: the system takes this action when it passes.'),
    "W20": ("Perbarui layanan bila cuti bersama {year} sudah diputuskan: sekarang belum dihitung dalam tenggat ini.",
            "Update the service once the shared leave of {year} is decided: this deadline is counted without it now."),
    # --- values typed by people (engine.kinds) ----------------------------------------------------------------------
    "karakter_tidak_sah": ("Hapus karakter kendali yang tidak tampak dari isian ini.",
                           "Delete the invisible control characters from this answer."),
    "bukan_angka": ('Tulis angka, misalnya 92,45; "{text}" bukan angka.',
                    'Write a number, such as 92.45; "{text}" is not a number.'),
    "bukan_bilangan_bulat": ("Tulis bilangan bulat tanpa koma, bukan {found}.",
                             "Write a whole number without decimals, not {found}."),
    "bukan_tanggal": ('Tulis tanggal sebagai tanggal-bulan-tahun, misalnya 31-01-2026; "{text}" bukan tanggal.',
                      'Write a date as day-month-year, such as 31-01-2026; "{text}" is not a date.'),
    "tanggal_tidak_ada": ("Periksa tanggal {text}: tanggal itu tidak ada di kalender.",
                          "Check the date {text}: it is not in the calendar."),
    "tanggal_di_luar_batas": ("Periksa tanggal {found}: di luar batas yang diperbolehkan.",
                              "Check the date {found}: it is outside what is allowed."),
    "pilihan_tidak_dikenal": ('Pilih salah satu pilihan yang tersedia; "{text}" tidak ada.',
                              'Choose one of the options offered; "{text}" is not among them.'),
    "nilai_tidak_terbaca": ("Isi ulang bagian ini: isinya tidak terbaca.",
                            "Fill this in again: it cannot be read."),
    "panjang_teks": ("Tulis {least} sampai {most} huruf, sekarang {found}.",
                     "Write {least} to {most} letters, there are {found}."),
    "jumlah_baris": ("Isi {least} sampai {most} baris, sekarang {found}.",
                     "Fill in {least} to {most} rows, there are {found}."),
    "kode_ganda": ('Ganti "{found}": sudah dipakai di baris lain.',
                   'Replace "{found}": another row uses it already.'),
    "baris_sumber_berubah": ('Periksa lagi tabel ini: baris "{found}" sudah tidak ada di sumbernya.',
                             'Check this table again: the row "{found}" is no longer in its source.'),
    # --- refusals of an act (engine.act) ----------------------------------------------------------------------------
    "nilai_wajib": ("Isi {title}.", "Fill in {title}."),
    "di_luar_skala": ("Beri {title} nilai {wanted}, bukan {found}.",
                      "Give {title} a value of {wanted}, not {found}."),
    "sudah_menilai": ("Anda sudah mengirim jawaban; setiap penilai menjawab satu kali.",
                      "You have sent your answers already; each rater answers once."),
    "peran_tidak_berwenang": ("Tindakan ini dilakukan oleh peran lain.", "This action belongs to another role."),
    "tidak_pada_tahap_ini": ("Tindakan ini tidak ada pada tahap berkas sekarang. Buka kembali berkasnya.",
                             "This action is not part of the stage where the case stands now. Open the case again."),
    "belum_waktunya": ("Belum waktunya: tindakan ini baru dapat dilakukan nanti.",
                       "It is not time yet: this action can be taken later."),
    "jumlah_penilai": ("Pilih {least} sampai {most} orang, sekarang {found}.",
                       "Choose {least} to {most} people, there are {found}."),
    "penilai_sudah_menjawab": ("Biarkan penilai yang sudah menjawab tetap di daftar: jawabannya tidak dapat ditarik.",
                               "Leave raters who have answered on the list: their answers cannot be withdrawn."),
    "penilai_sudah_disetujui": ("Daftar penilai sudah disetujui; minta atasan langsung mengubahnya.",
                                "The list of raters is confirmed; ask the direct superior to change it."),
    "jawaban_rekan_rahasia": ("Jawaban seorang rekan tidak diperlihatkan kepada siapa pun; hanya rata-ratanya.",
                              "A single peer's answers are shown to nobody; only their mean is."),
    "pengumpulan_belum_dibuka": ("Tunggu sampai pengumpulan dibuka: saat ini belum.",
                                 "Wait until answers are being collected; they are not yet."),
    "pengumpulan_sudah_ditutup": ("Pengumpulan jawaban sudah ditutup; jawaban baru tidak dapat diterima.",
                                  "Collecting has ended; new answers cannot be taken."),
    "kode_sudah_dipakai": ("Pakai kode lain: kode ini sudah dipakai.",
                           "Use another code: this one has been used."),
    "penilai_sendiri": ("Seseorang tidak boleh menilai dirinya sendiri dalam peran lain.",
                        "Nobody may appraise themselves in another role."),
    **course_texts.TEXTS,
    **migration_texts.TEXTS,
    **nip.TEXTS,
    **overlay_texts.TEXTS,
    **rule_texts.TEXTS,
}
# fmt: on


def say(code: str, language: str = "id", **params: Any) -> str:
    """The text of *code* in *language*, filled in. Raises ``KeyError`` for a code that is not in the catalogue."""
    if code in feel_errors.TEXTS:
        return feel_errors.say(code, params, language)
    said = {name: _said(value, language) for name, value in params.items()}
    maybe = did_you_mean(params.get("maybe_id"), language)
    return TEXTS[code][LANGUAGES.index(language)].format_map({"maybe": maybe, **said})


def _said(value: Any, language: str) -> Any:
    """A parameter as it stands in a text; types say themselves in *language*."""
    in_language = getattr(value, "text", None)
    return in_language(language) if callable(in_language) else value


def did_you_mean(candidate: str | None, language: str = "id") -> str:
    """The sentence that offers *candidate*, with a leading space; empty when there is none."""
    if candidate is None:
        return ""
    return f' Maksud Anda "{candidate}"?' if language == "id" else f' Did you mean "{candidate}"?'
