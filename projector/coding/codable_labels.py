"""Know which mentions a list of codes can code, by their labels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from projector.coding.code_list import CodeList
from projector.coding.icd10 import chapter, normal_code

# What corpora call diseases and symptoms, which is what ICD-10 has codes for: in the languages of
# the shared tasks, in capitals without accents and signs.
_DIAGNOSES = (
    "DISEASE DISORDER DIAGNOSIS DIAGNOSE DX SYMPTOM SIGN SIGNSYMPTOM SIGNORSYMPTOM SIGNANDSYMPTOM "
    "FINDING CLINICALFINDING DISORDERORFINDING DISEASEORSYNDROME DISEASEORDISORDER "
    "DISEASESYMPTOM SYNDROME CONDITION MEDICALCONDITION CLINICALCONDITION PROBLEM MEDICALPROBLEM "
    "MORBIDITY COMORBIDITY PATHOLOGY INJURY DISO SPECIFICDISEASE DISEASECLASS DISEASEDISORDER "
    "ENFERMEDAD ENFERMEDADES DIAGNOSTICO SINTOMA SIGNO HALLAZGO PATOLOGIA TRASTORNO SINDROME "
    "MALATTIA MALATTIE SINTOMO SINTOMI DIAGNOSI SEGNO SEGNI DISTURBO "
    "ZIEKTE AANDOENING SYMPTOOM SYMPTOMEN DIAGNOSEN KLACHT "
    "SJUKDOM DIAGNOS FYND BOALA BOLI SIMPTOM SIMPTOME AFECTIUNE DIAGNOSTIC SEMN "
    "NEMOC NEMOCI ONEMOCNENI PRIZNAK PRIZNAKY SYMPTOMY DIAGNOZA KRANKHEIT MALADIE"
)
_PROCEDURES = "PROCEDURE PROCEDIMIENTO PROCEDURA PROCEDIMENTO PROCEDUR PROC"
# A block, or a category with what divides it; ATC's codes have letters behind the same beginning.
_ICD10 = re.compile(
    r"[A-Z][0-9A-Z]{2}(?:-[A-Z][0-9A-Z]{2}|\.?[0-9][0-9A-Z]{0,3}|\.[0-9A-Z]{1,4})?$"
)
_MOST = 0.9  # share of a list's codes that must look like ICD-10's for it to be taken for ICD-10


def label_key(label: str) -> str:
    """Return a label without case, accents, signs and a plural's last s: as labels are compared."""
    bare = unicodedata.normalize("NFKD", label).upper()
    return re.sub(r"[^A-Z0-9]", "", bare).removesuffix("S")


@cache
def _keys(labels: str) -> frozenset[str]:
    return frozenset(map(label_key, labels.split()))


def of_procedures(label: str) -> bool:
    """Tell whether a label is what corpora call procedures."""
    return label_key(label) in _keys(_PROCEDURES)


def of_diagnoses(label: str) -> bool:
    """Tell whether a label is what corpora call diseases and symptoms."""
    return label_key(label) in _keys(_DIAGNOSES)


def is_icd10(codes: CodeList) -> bool:
    """Tell whether nearly all codes of a list are written as ICD-10's are."""
    plain = (normal_code(code) for code in codes.codes)
    alike = sum(bool(_ICD10.match(code) and chapter(code)) for code in plain)
    return alike >= _MOST * len(codes) > 0


def coded_labels(codes: CodeList, only: Collection[str], there: Collection[str]) -> frozenset[str]:
    """Return which labels' mentions are coded by a list.

    Args:
        codes: The list. Where it doesn't say what it codes, ICD-10 codes diseases and symptoms,
            and any other codes all.
        only: Those that the user names; they go before what the list can code.
        there: The labels of the mentions.
    """
    if only:
        return frozenset(only)
    if codes.labels:
        keys = {label_key(label) for label in codes.labels}
    elif is_icd10(codes):
        return frozenset(filter(of_diagnoses, there))
    else:
        return frozenset(there)
    return frozenset(label for label in there if label_key(label) in keys)


def labels_left_alone(
    codes: CodeList, only: Collection[str], there: Collection[str]
) -> tuple[str, ...]:
    """Tell which labels a list leaves alone, or that it doesn't say what it can code."""
    if only or not there:
        return ()
    if not codes.labels and not is_icd10(codes):
        return (
            f"{codes.name} doesn't say what its codes are for, so mentions of every label are "
            "coded; say it with --list-label LABEL, by a column `labels` in the list, or name the "
            "labels to be coded: --only LABEL",
        )
    coded = coded_labels(codes, only, there)
    if not (left := sorted({*there} - coded)):
        return ()
    what = " ".join(codes.labels) or "diseases and symptoms"
    which = ", ".join(left)
    if not coded:
        return (
            f"nothing is coded: {codes.name} codes {what}, and the labels are {which}. Name those "
            "that it can code: --only LABEL, or another list: --codes PATH",
        )
    return (
        f"left alone: {which}, for {codes.name} codes {what}; --only LABEL has others coded, too",
    )
