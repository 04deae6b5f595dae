"""What the proofs of rules say (``engine.proofs``), in Indonesian and English."""

TEXTS: dict[str, tuple[str, str]] = {
    "E11lines": (
        'Tambahkan baris dengan "{otherwise}" di bawah ini: untuk {witness} tidak ada baris "{name}" yang berlaku.',
        'Add a line with "{otherwise}" below this one: for {witness} no line of "{name}" holds.',
    ),
    "E11table": (
        'Tambahkan baris ke tabel "{table}": untuk {witness} tidak ada baris yang berlaku.',
        'Add a row to the table "{table}": for {witness} no row applies.',
    ),
    "E12both": (
        (
            'Beri "{one}" atau "{other}" syarat yang membedakannya: bila {witness}, keduanya diambil sistem pada '
            "kejadian yang sama ({event})."
        ),
        (
            'Give "{one}" or "{other}" a requirement that tells them apart: if {witness}, the system takes both '
            "on the same event ({event})."
        ),
    ),
    "E12cell": (
        'Ubah baris {row} tabel "{table}": tidak ada nilai masukan yang cocok dengan selnya.',
        'Change row {row} of the table "{table}": no value of its inputs fits its cells.',
    ),
    "E12dead": (
        'Ubah atau hapus baris {row} tabel "{table}": baris ini tidak pernah berlaku.',
        'Change or remove row {row} of the table "{table}": it never applies.',
    ),
    "E12line": (
        'Hapus baris "{name}" atau pindahkan ke atas: baris sebelumnya selalu berlaku lebih dahulu.',
        'Remove the line "{name}" or move it up: a line before it always holds first.',
    ),
    "E12never": (
        'Ubah syarat "{name}": syarat ini tidak pernah terpenuhi.',
        'Change the condition of "{name}": it can never hold.',
    ),
    "E12require": (
        'Ubah salah satu syarat tindakan "{action}": {codes} tidak dapat terpenuhi bersama-sama.',
        'Change one of the requirements of "{action}": {codes} cannot be met together.',
    ),
    "E12row": (
        (
            "Hapus baris {row} atau pindahkan ke atas baris {other}: baris ini tidak pernah berlaku, misalnya "
            "untuk {witness} baris {other} sudah berlaku."
        ),
        (
            "Remove row {row} or move it above row {other}: it never applies; for {witness}, for instance, row "
            "{other} already does."
        ),
    ),
    "E12shown": (
        "Ubah syarat ini: tidak pernah terpenuhi, jadi bagian ini tidak pernah tampil.",
        "Change this condition: it can never hold, so this part is never shown.",
    ),
    "E21": (
        'Ubah syarat ini: "{name}" tidak dapat menentukan apakah dirinya sendiri tampil.',
        'Change this condition: "{name}" cannot decide whether it is shown itself.',
    ),
    "W10": (
        "Tidak diputuskan apakah setiap baris dapat berlaku: pasang z3 (uv pip install borang[verify]).",
        "Not decided whether every line can hold: install z3 (uv pip install borang[verify]).",
    ),
    "W11": (
        (
            'Tidak diputuskan apakah "{name}" selalu mempunyai baris yang berlaku: rumusnya tidak linear atau '
            "terlalu besar. Tambahkan baris terakhir yang selalu berlaku."
        ),
        (
            'Not decided whether some line of "{name}" always holds: its formulas are not linear, or too large. '
            "Add a last line that always holds."
        ),
    ),
    "W12": (
        'Periksa tabel "{table}": hasil "{result}" tidak pernah diberikan oleh baris mana pun.',
        'Check the table "{table}": no row ever gives the result "{result}".',
    ),
}
