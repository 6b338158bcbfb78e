import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.text.sentences import split_sentences


def sentences(text):
    return [text[start:end] for start, end in split_sentences(text).tolist()]


@pytest.mark.parametrize(
    "text",
    [
        "Visto por la Dra. Gómez y el Sr. J. Pérez.|Alta.",
        "Síntomas leves (p.ej. Tos).|Mejora.",
        "Tratado con aprox. 5 mg i.v. cada 8 h.|Buena respuesta.",
        "Creatinina 3,5 mg/dl y 3.5 mg/dl.|Sin fiebre.",
        "Residente en EE. UU. desde 2010.|Fumador.",
        "Killip I.|Se realizó una coronariografía.",
        "Vacunado de hepatitis B.|El paciente mejora.",
        "Crece S. aureus.|Se inicia cloxacilina.",
        "¿Dolor?|¡No!|Niega fiebre...|Refiere tos…|Fin",
        'Dijo "no puedo".|Se fue (solo).|«Bien.»|Fin',
        "Seen by Dr. Smith, e.g. Monday.|Fig. 2 shows it.|No. 3 too, approx. 4 cm.",
        "She said no.|He agreed.",
        "Il sig. Rossi, p.es. Lunedì, ca. 3 volte.|Il Dott. Bianchi c'era.",
        "De patiënt, bijv. Jan, kreeg ca. 3 mg d.w.z. Paracetamol.|Zie afb. 2.|Klaar.",
        "Patienten, t.ex. Anna, fick bl.a. Alvedon, dvs. Paracetamol.|Hon mår bra.",
        "Pacientul, de ex. Ion, nr. 3, cca. 5 mg.|Se simte bine.",
        "Pacient, např. Jan, tj. Novák, viz obr. 2 a č. 4.|MUDr. Nová.|Dne 5. března.|Konec.",
        "Stenos i a. Circumflexa och v. Saphena.|Patienten mår bra.",
        "Trombosis de aa. Coronariae, parálisis del n. VII.|Se amplió a 10 m.|Nódulo de 5 mm.|Fin.",
        "Con neumoni\u0301a.|Tos seca, hipotermi\u0301a.|Por di\u0301a n. VII.|Fin.",
        "Valor (Yamanouchi et al. 1995) normal.|Fin.",
        "the patient , who was ill .|Next sentence , Dr . Smith came .|End .",
    ],
)
def test_stops(text):
    assert sentences(text.replace("|", " ")) == text.split("|")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANTECEDENTES\nHTA y DM", ["ANTECEDENTES", "HTA y DM"]),
        ("Ingresa por\ndolor torácico,\nDisnea", ["Ingresa por\ndolor torácico,\nDisnea"]),
        ("Ingresa por\r\ndolor.\r\nAlta", ["Ingresa por\r\ndolor.", "Alta"]),
        ("Ingresa por\n\ndolor", ["Ingresa por", "dolor"]),
        ("Plan:\nreposo\n- dieta\n- agua", ["Plan:", "reposo", "- dieta", "- agua"]),
        ("1. Reposo. 2. Dieta.\n3. Agua", ["1. Reposo.", "2. Dieta.", "3. Agua"]),
        ("a) tos\nb) fiebre", ["a) tos", "b) fiebre"]),
        ("1 . Uno . 2 . Dos", ["1 . Uno .", "2 . Dos"]),
        ("  Solo  ", ["Solo"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_lines(text, expected):
    assert sentences(text) == expected


@given(st.one_of(st.text(), st.text('aB1 .,!?()"\n\r-…\u2028\u00a0ñ')))
def test_nothing_but_white_space_is_left_out(text):
    spans = split_sentences(text).tolist()
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        ". ",
        "a. ",
        "A. B ",
        "1. ",
        "(",
        "Dr. A",
        "\n",
        "a\n",
        "x,\n",
        " ",
        '."',
        "…)",
        "a" * 50 + ".b",
    ],
)
def test_a_megabyte_takes_seconds_at_most(unit):
    text = unit * (1_000_000 // len(unit))
    begin = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - begin < 10
