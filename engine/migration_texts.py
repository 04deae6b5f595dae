"""Why a case cannot be moved to another definition, and what to do, in Indonesian and English."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "migrasi_selesai": (
        "Berkas ini sudah selesai: hasilnya tetap menurut ketentuan yang berlaku baginya.",
        "This case has ended: its result stays as its definition made it.",
    ),
    "migrasi_rusak": (
        "Berkas ini tidak dapat dibaca: jalankan borang audit verify, dan lihat catatan layanan (log).",
        "This case cannot be read: run borang audit verify, and look at the service's log.",
    ),
    "migrasi_terkunci": (
        "Nilai berkas ini sudah dikunci: biarkan selesai menurut ketentuan sekarang.",
        "The values of this case are locked: let it end under its present definition.",
    ),
    "migrasi_tahap": (
        (
            'Berkas sudah sampai di tahap "{stage}", yang tidak ada dalam ketentuan tujuan: biarkan selesai menurut '
            "ketentuan sekarang, atau pertahankan tahap itu."
        ),
        (
            'The case has come to the stage "{stage}", which the other definition does not have: let it end under its '
            "present definition, or keep that stage."
        ),
    ),
    "migrasi_jalan": (
        (
            'Dari tahap "{stage}" berkas ini menuju "{was}"; menurut ketentuan tujuan ia menuju "{to}": biarkan '
            "selesai menurut ketentuan sekarang."
        ),
        (
            'From the stage "{stage}" this case went on to "{was}"; by the other definition it would have gone to '
            '"{to}": let it end under its present definition.'
        ),
    ),
    "migrasi_tindakan": (
        (
            'Pada tahap "{stage}" sudah diambil tindakan "{action}", yang tidak ada dalam ketentuan tujuan: '
            "pertahankan tindakan itu, atau biarkan berkas selesai menurut ketentuan sekarang."
        ),
        (
            'At the stage "{stage}" the action "{action}" was taken, which the other definition does not have: keep '
            "that action, or let the case end under its present definition."
        ),
    ),
    "migrasi_tugas": (
        (
            'Tugas "{task}" dikerjakan dengan cara lain menurut ketentuan tujuan (oleh siapa, berapa orang, rahasia '
            "atau tidak, di tahap mana): tunggu sampai tahapnya selesai, atau pertahankan caranya."
        ),
        (
            'The task "{task}" is done in another way by the other definition (by whom, by how many, anonymously or '
            "not, at which stage): wait until its stage is over, or keep that way."
        ),
    ),
    "migrasi_jawaban": (
        (
            'Jawaban "{field}" pada "{task}" tidak ada atau tidak sah menurut ketentuan tujuan: jadikan isian itu '
            "optional, atau kembalikan berkas ke tahap itu lebih dahulu."
        ),
        (
            'The answer "{field}" of "{task}" is missing or not valid by the other definition: make that field '
            "optional, or return the case to that stage first."
        ),
    ),
    "migrasi_syarat": (
        (
            'Tindakan "{action}" yang sudah diambil tidak memenuhi syarat ketentuan tujuan ({needs}): kembalikan '
            "berkas lebih dahulu, atau biarkan selesai menurut ketentuan sekarang."
        ),
        (
            'The action "{action}" that was taken does not meet what the other definition requires ({needs}): return '
            "the case first, or let it end under its present definition."
        ),
    ),
    "migrasi_penilai": (
        (
            'Peran "{role}" sudah diisi {found} orang; ketentuan tujuan meminta {least} sampai {most}: ubah daftar '
            "orangnya lebih dahulu."
        ),
        (
            'The role "{role}" is held by {found} people; the other definition wants {least} to {most}: change '
            "the list of people first."
        ),
    ),
    "migrasi_pengumpulan": (
        (
            'Pengumpulan "{collection}" sudah menerima jawaban; ketentuan tujuan tidak memuatnya, atau menanyakannya '
            "dengan cara lain: pertahankan pengumpulan itu."
        ),
        (
            'The collection "{collection}" has taken answers; the other definition does not have it, or asks '
            "otherwise: keep that collection."
        ),
    ),
    "migrasi_beku": (
        (
            'Nilai "{value}" sudah dibekukan dan akan menjadi lain menurut ketentuan tujuan: biarkan berkas selesai '
            "menurut ketentuan sekarang."
        ),
        (
            'The value "{value}" is frozen and would be another by the other definition: let the case end under its '
            "present definition."
        ),
    ),
    "migrasi_tenggat": (
        "Tenggat tahap ini akan maju dari {was} menjadi {now}: pindahkan berkas sesudah tahap ini selesai.",
        "The deadline of this stage would come earlier, {now} instead of {was}: move the case when this stage is over.",
    ),
    "migrasi_profil": (
        (
            'Ketentuan tujuan membaca data pegawai "{field}" yang tidak dicatat ketika berkas dibuka: biarkan berkas '
            "selesai menurut ketentuan sekarang."
        ),
        (
            'The other definition reads "{field}" of the employee, which was not noted when the case was opened: let '
            "the case end under its present definition."
        ),
    ),
}
