"""What the proofs of ``engine.proofs`` say, in Indonesian and English. ``{story}`` is a counter-example, told first."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "E01": (
        'Mulai di tahap lain: "{stage}" adalah tahap akhir, jadi berkas selesai begitu dibuka.',
        'Begin at another stage: "{stage}" is final, so a case ends as soon as it is opened.',
    ),
    "E08": (
        'Beri tindakan "{action}" seorang actor, atau beri tahapnya: sekarang tidak ada yang dapat mengambilnya.',
        'Give the action "{action}" an actor, or its stage: nobody can take it now.',
    ),
    "E08auto": (
        'Tambahkan peran sistem pada actor "{action}": auto berarti sistem yang mengambilnya.',
        'Add the system\'s role to the actors of the action "{action}": auto means that the system takes it.',
    ),
    "E08form": (
        'Beri tahap "{stage}" seorang actor, atau hapus form: tidak ada yang mengisi formulir ini.',
        'Give the stage "{stage}" an actor, or remove the form: nobody fills it in.',
    ),
    "E08system": (
        'Beri tindakan "{action}" auto, atau actor lain: hanya sistem pelakunya, dan tidak disebut kapan.',
        'Give the action "{action}" auto, or another actor: only the system acts here, and it is not said when.',
    ),
    "E09": (
        (
            'Ganti atasan dari "{of}": peran "{role}" tidak tentu, karena "{of}" tidak selalu satu orang yang '
            "mempunyai atasan."
        ),
        (
            'Change superior of "{of}": the role "{role}" is not certain, since "{of}" is not always one person with '
            "a superior."
        ),
    ),
    "E09collection": (
        'Ganti peran "{role}" di sini dengan peran is: public: pengumpulan (collections) dijawab tanpa akun.',
        'Replace the role "{role}" here by one that is: public: collections are answered without an account.',
    ),
    "E09public": (
        'Ganti peran "{role}" di sini: masyarakat tidak masuk ke berkas, hanya menjawab pengumpulan (collections).',
        'Replace the role "{role}" here: the public does not enter a case, it only answers collections.',
    ),
    "E10": (
        'Beri confirmed_by peran lain: yang mengusulkan "{role}" sekarang menyetujui usulnya sendiri.',
        'Let another role confirm: whoever proposes "{role}" confirms the proposal now.',
    ),
    "E10alone": (
        (
            "{story}, hasilnya terkunci tanpa dilihat orang lain: pegawai menyetujui penilaiannya sendiri. Beri "
            "tindakan "
            "ini actor lain, atau dahului dengan tahap orang lain."
        ),
        (
            "{story}, the result is locked and nobody else has seen it: they approve their own appraisal. Give "
            "this action another actor, or let somebody else's stage come before it."
        ),
    ),
    "E18": (
        "Turunkan at_least menjadi paling banyak {most}, atau tambah seats: {found} jawaban tidak pernah terkumpul.",
        "Lower at_least to {most} at most, or add seats: {found} answers never come together.",
    ),
    "E18anonymous": (
        (
            "Tulis at_least: {least} atau lebih, dan peran dengan beberapa kursi: jawaban anonim dari satu orang mudah "
            "ditebak."
        ),
        (
            "Write at_least: {least} or more, and a role with several seats: one person's anonymous answer is easily "
            "guessed."
        ),
    ),
    "E18none": (
        "Tulis at_least: 1 atau lebih: tanpa satu jawaban pun tidak ada yang dapat dihitung.",
        "Write at_least: 1 or more: without any answer there is nothing to count.",
    ),
    "E20fields": (
        'Beri "{field}" optional: true, atau beri tindakan "{action}" without_form: sistem tidak mengisi apa pun.',
        'Give "{field}" optional: true, or the action "{action}" without_form: the system fills nothing in.',
    ),
    "E20opens": (
        'Mundurkan deadline "{stage}": tanggalnya sebelum tahap ini dibuka (opens).',
        'Put the deadline of "{stage}" later: its day lies before the stage opens (opens).',
    ),
    "E20order": (
        'Mundurkan deadline "{stage}": tanggalnya sebelum deadline "{before}", yang selalu dilalui lebih dahulu.',
        (
            'Put the deadline of "{stage}" later: its day is before that of "{before}", through which every case comes '
            "first."
        ),
    ),
    "E20remind": (
        "Kurangi: {days} hari sebelum tenggat sudah lewat ketika tahap ini dimasuki ({deadline} hari).",
        "Make it less: {days} days before the deadline have passed when the stage is entered ({deadline} days).",
    ),
    "E20start": (
        'Mundurkan deadline "{stage}", misalnya dengan +1 untuk tahun berikutnya: tanggalnya sebelum siklus dimulai.',
        'Put the deadline of "{stage}" later, such as +1 for the year after: its day lies before the cycle begins.',
    ),
    "E21writer": (
        'Tambahkan pada writers peran yang dapat mengisi "{field}", atau tulis optional: true.',
        'Add to writers a role that can fill in "{field}", or write optional: true.',
    ),
    "E02": (
        'Beri sebuah tindakan "to: {stage}", atau hapus tahap "{stage}": sekarang tidak ada jalan ke sana.',
        'Give some action "to: {stage}", or remove the stage "{stage}": nothing leads there now.',
    ),
    "E02action": (
        'Ubah show_if atau require tindakan "{action}", atau hapus: tidak ada keadaan yang membolehkannya.',
        'Change show_if or require of the action "{action}", or remove it: nothing ever allows it.',
    ),
    "E04": (
        (
            '{story}, berkas berhenti di "{stage}": tidak ada tindakan yang tersedia. Beri tahap ini tindakan yang '
            "selalu dapat diambil."
        ),
        (
            '{story}, the case stops at "{stage}": no action is available. Give this stage an action that can always '
            "be taken."
        ),
    ),
    "E04round": (
        ("{story}, berkas berputar di {stages} dan tidak pernah selesai. Beri salah satunya tindakan ke tahap akhir."),
        (
            "{story}, the case goes round in {stages} and never ends. Give one of them an action that leads to a "
            "final stage."
        ),
    ),
    "E05": (
        (
            "{story}, berkas dapat berputar tanpa batas. Batasi dengan require, misalnya "
            "count(history.tahap) <= 2, atau biarkan bila disengaja."
        ),
        (
            "{story}, the case can go round without limit. Bound it in require, such as count(history.stage) <= 2, or "
            "leave it if it is meant."
        ),
    ),
    "E05auto": (
        (
            "{story}, sistem berputar sendiri tanpa henti. Beri salah satu tindakan otomatis ini syarat dengan "
            "count(history…), atau pelaku."
        ),
        (
            "{story}, the system goes round by itself without end. Give one of these automatic actions a condition "
            "with count(history…), or a person."
        ),
    ),
    "E13": (
        (
            "{story}, {name} dapat kosong dan syarat ini tidak terjawab. Tulis apa yang berlaku bila kosong, misalnya "
            "{name} = null or …"
        ),
        (
            "{story}, {name} may be null and this condition has no answer. Say what holds if it is null, such as "
            "{name} = null or …"
        ),
    ),
    "E13rows": (
        (
            "{story}, {name} dapat kosong ketika formulir ini dibuka, sehingga tabelnya tanpa baris. Beri tabel ini "
            "show_if, atau ubah alurnya."
        ),
        (
            "{story}, {name} may be null when this form is opened, and the table has no rows. Give the table a "
            "show_if, or change the course."
        ),
    ),
    "E13show": (
        (
            "{story}, {name} dapat kosong ketika dokumen ini dibuka. Buka dokumen lebih akhir, atau tampilkan sebuah "
            "nilai dengan optional: true."
        ),
        (
            "{story}, {name} may be null when this document opens. Open the document later, or show a value with "
            "optional: true."
        ),
    ),
    "E13value": (
        (
            '{story}, nilai "{value}" kosong di akhir, karena {name} dapat kosong. Tulis optional: true bila itu '
            "disengaja, atau apa yang berlaku bila kosong (if {name} = null then …)."
        ),
        (
            '{story}, the value "{value}" is null at the end, since {name} may be null. Write optional: true if that '
            "is meant, or what holds if it is null (if {name} = null then …)."
        ),
    ),
    "E35close": (
        'Beri pengumpulan "{collection}" sebuah ticket, atau hapus close: hanya laporan bernomor yang ditutup.',
        'Give the collection "{collection}" a ticket, or remove close: only numbered reports are closed.',
    ),
    "E34": (
        (
            "{story}, putusan lama ini tetap mengalahkan isian yang lebih baru. Tutup jalan kembali ke isian itu "
            "sesudah putusan (show_if pada tindakannya), atau mintalah putusan lagi."
        ),
        (
            "{story}, this old decision still beats answers that are newer. Close the way back to these answers after "
            "the decision (show_if on the action), or ask for the decision again."
        ),
    ),
    "E35": (
        (
            'Beri pengumpulan "{collection}" sebuah closes sebelum nilai dikunci: sekarang jawabannya masih dapat '
            "bertambah sesudah nilai yang membacanya tetap."
        ),
        (
            'Give the collection "{collection}" a closes before the values are locked: now its answers can still '
            "grow when the value that reads them is fixed."
        ),
    ),
    "E19": (
        (
            '{story}, tugas-tugas di "{stage}" tidak pernah dapat lengkap dan berkas berhenti. Beri tahap ini tindakan '
            "yang menutupnya."
        ),
        (
            '{story}, the tasks of "{stage}" can never be completed and the case stops. Give this stage an action that '
            "closes it."
        ),
    ),
    "E19rater": (
        (
            '{story} dan seorang penilai tidak pernah menjawab, berkas tertahan di "{stage}". Tambahkan auto: '
            "deadline, atau tindakan bagi seseorang, yang tidak menunggu semua jawaban."
        ),
        (
            '{story} and one rater never answers, the case is held up at "{stage}". Add auto: deadline, or a '
            "person's action, that does not wait for every answer."
        ),
    ),
    "E30": (
        (
            "Sederhanakan alur ini: kemungkinannya terlalu banyak untuk diperiksa. Kurangi tugas yang berjalan bersama "
            "dan syarat di to dan require."
        ),
        (
            "Simplify this process: it has too many possibilities to check. Use fewer parallel tasks and fewer "
            "conditions in to and require."
        ),
    ),
}
