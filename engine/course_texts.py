"""What the proofs of ``engine.proofs`` say, in Indonesian and English. ``{story}`` is a counter-example, told first."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "E02": (
        'Beri sebuah tindakan "to: {stage}", atau hapus tahap "{stage}": sekarang tidak ada jalan ke sana.',
        'Give some action "to: {stage}", or remove the stage "{stage}": nothing leads there now.',
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
