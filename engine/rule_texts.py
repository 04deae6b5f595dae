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
    "E15anonymous": (
        (
            'Baca "{name}" hanya di dalam mean, sum, count, min, atau max pada sebuah nilai, atau bandingkan '
            "dengan null: jawabannya anonim."
        ),
        (
            'Read "{name}" only inside mean, sum, count, min or max of a value, or compare it with null: its '
            "answers are anonymous."
        ),
    ),
    "E15document": (
        'Izinkan {role} membaca "{name}" di bawah readers, atau hapus dari "{document}": {role} membuka dokumen ini.',
        'Let {role} read "{name}" under readers, or take it out of "{document}": {role} opens this document.',
    ),
    "E15form": (
        'Izinkan {role} membaca "{name}" di bawah readers, atau jangan tampilkan di sini: {role} mengisi formulir ini.',
        'Let {role} read "{name}" under readers, or do not show it here: {role} fills in this form.',
    ),
    "E15group": (
        "Tulis {least} atau lebih: kelompok yang lebih kecil memperlihatkan orang perorangan.",
        "Write {least} or more: smaller groups show single people.",
    ),
    "E15value": (
        (
            'Tunda pembacaan "{name}" oleh {role}, atau tulis discloses: nilai ini dibuat dari "{input}", yang '
            "saat itu belum boleh dibaca {role}."
        ),
        (
            'Let {role} read "{name}" later, or write discloses: this value is made of "{input}", which {role} '
            "may not read by then."
        ),
    ),
    "E16line": (
        (
            "Hapus baris bobot ini atau pindahkan ke atas: bila semua bagiannya ada, baris {other} sudah dipakai "
            "lebih dahulu."
        ),
        "Remove this line of weights or move it up: when all its parts are there, the line {other} is used first.",
    ),
    "E16null": (
        (
            'Tulis optional: true pada "{name}", atau tambah baris bobot tanpa {parts}: bila semuanya kosong, '
            "nilai ini kosong."
        ),
        (
            'Write optional: true at "{name}", or add a line of weights without {parts}: if all of these are '
            "empty, so is this value."
        ),
    ),
    "E17": (
        'Tulis jenjang "{name}" sebagai angka yang berbeda, dari yang terendah.',
        'Write the steps of "{name}" as different numbers, the lowest first.',
    ),
    "E17text": (
        'Beri setiap jenjang "{name}" sebutan yang berbeda.',
        'Give each step of "{name}" a wording of its own.',
    ),
    "E21": (
        'Ubah syarat ini: "{name}" tidak dapat menentukan apakah dirinya sendiri tampil.',
        'Change this condition: "{name}" cannot decide whether it is shown itself.',
    ),
    "E22": (
        'Ubah batas ini: tidak ada angka yang memenuhinya, jadi "{name}" tidak dapat diisi.',
        'Change this limit: no number satisfies it, so "{name}" cannot be filled in.',
    ),
    "E22count": (
        "Ubah batas ini: {most} sebagai batas atas tidak dapat dipenuhi (batas bawah {least}).",
        "Change this limit: {most} as the upper end cannot be met (the lower end is {least}).",
    ),
    "E22pattern": (
        'Ubah pola "{text}": bukan pola yang dapat dipakai.',
        'Change the pattern "{text}": it cannot be used as one.',
    ),
    "E24": (
        (
            'Ganti {{{name}}} dalam pesan "{refusal}": tidak ada yang mengisi nama itu di tempat pesan ini '
            "disampaikan.{maybe}"
        ),
        'Replace {{{name}}} in the message "{refusal}": nothing fills in that name where the message is told.{maybe}',
    ),
    "E24brace": (
        'Tulis kurung kurawal dalam pesan "{refusal}" berpasangan.',
        'Write the braces in the message "{refusal}" in pairs.',
    ),
    "E30size": (
        "Bagi bagian ini: isinya {found}, batasnya {limit}.",
        "Split this part: it has {found}, the limit is {limit}.",
    ),
    "E32": (
        (
            'Periksa baris tabel "{table}": bila {one} hasilnya {low}, tetapi bila {other} hasilnya {high}; di '
            "bagian lain tabel {input} berpengaruh sebaliknya."
        ),
        (
            'Check the rows of the table "{table}": if {one} it gives {low}, but if {other} it gives {high}; '
            "elsewhere in the table {input} works the other way."
        ),
    ),
    "E33": (
        'Ganti "{name}": bukan kunci katalog "{catalogue}" seperti hasil lainnya.{maybe}',
        'Replace "{name}": it is not a key of the catalogue "{catalogue}" as the other results are.{maybe}',
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
    "W15": (
        (
            'Tulis at_least: {least} pada "{name}", atau at_least: {found} bila memang disengaja: dari {found} '
            'jawaban "{task}", seorang penilai yang tahu jawabannya sendiri dapat menghitung jawaban penilai '
            "lainnya."
        ),
        (
            'Write at_least: {least} at "{name}", or at_least: {found} if that is meant: from {found} answers of '
            '"{task}", a rater who knows their own can work out the other\'s.'
        ),
    ),
    "W23": (
        'Beri rumus ini jalan lain bila "{text}" nol, misalnya if ... = 0 then null: untuk {witness} hasilnya kosong.',
        'Give this formula another way for a zero "{text}", such as if ... = 0 then null: for {witness} it gives null.',
    ),
    "W29": (
        'Tulis terjemahan ({into}) untuk "{text}".',
        'Write the translation ({into}) of "{text}".',
    ),
    "W29lost": (
        'Perbarui atau hapus terjemahan "{text}": teks itu tidak ada lagi.{maybe}',
        'Update or remove the translation of "{text}": there is no such text any more.{maybe}',
    ),
    "W32": (
        (
            'Periksa baris tabel "{table}": bila {one} hasilnya {low}, tetapi bila {other} hasilnya {high}; di '
            "bagian lain tabel {input} berpengaruh sebaliknya."
        ),
        (
            'Check the rows of the table "{table}": if {one} it gives {low}, but if {other} it gives {high}; '
            "elsewhere in the table {input} works the other way."
        ),
    ),
    "W32value": (
        'Periksa tanda dalam "{name}": makin tinggi {one} makin rendah hasilnya, sedangkan {other} menaikkannya.',
        'Check the signs in "{name}": the higher {one}, the lower the result, while {other} raises it.',
    ),
}
