"""What can be wrong in an overlay, as ``engine.catalogue`` says it: family ``L``."""

from __future__ import annotations

# fmt: off
TEXTS: dict[str, tuple[str, str]] = {
    "L001": ('Ganti "{name}" dengan id definisi yang hendak dilapisi: {known}.{maybe}',
             'Replace "{name}" by the id of the definition to build upon: {known}.{maybe}'),
    "L002": ("Putuskan lingkaran extends ini: {names}. Sebuah definisi tidak boleh melapisi dirinya sendiri.",
             "Break this circle of extends: {names}. A definition must not build upon itself."),
    "L003": ('Ganti atau hapus "{path}": bagian itu tidak ada dalam {base}. Di sana ada: {known}.{maybe}',
             'Replace or delete "{path}": {base} has no such part. What is there: {known}.{maybe}'),
    "L004": (
        'Ganti "{name}" dengan bagian dari {base}: {known}. Bila bagian ini baru, lengkapi {missing}.{maybe}',
        'Replace "{name}" by a part of {base}: {known}. If this part is new, give it {missing}.{maybe}',
    ),
    "L005": ('Hapus perubahan ini: "{path}" dikunci oleh {base} ({other}).',
             'Take this change out: "{path}" is locked by {base} ({other}).'),
    "L006": ('Ganti atau hapus "{path}": tidak ada bagian seperti itu yang dapat dikunci. Yang ada: {known}.{maybe}',
             'Replace or delete "{path}": there is no such part to lock. What is there: {known}.{maybe}'),
    "L007": ('Hapus "{key}" dari sini, atau tulis extends: "{key}" hanya berarti bila ada dasar yang dilapisi.',
             'Take "{key}" out, or write extends: "{key}" means something only where a base is built upon.'),
    "L008": ('Ganti "{name}" dengan start atau dengan isian yang sudah mempunyai tempat: {known}.{maybe}',
             'Replace "{name}" by start or by a field that has a place already: {known}.{maybe}'),
    "L009": (
        'Timpa bagian ini di lapisan yang menghapus "{name}" ({other}), atau jangan hapus: bagian ini memakainya.',
        'Replace this part in the overlay that removes "{name}" ({other}), or do not remove it: this part uses it.',
    ),
}
# fmt: on
