"""Hold how a coder is loaded, as a user names or configures it."""

import pytest

from projector.coding.code_list import make_list
from projector.coding.coder import configured_coder, load_coder
from projector.coding.load import check_configured, configured_codes
from projector.coding.normalize import Abbreviations
from projector.errors import CorpusError, ModelError
from schemas.coding import CodingConfiguration

CODES = make_list("test", [("R05", "es", "Tos"), ("R50.9", "es", "Fiebre")])


@pytest.fixture
def table(tmp_path):
    rows = ("code\tes", "E11\tDiabetes", "E11.9\tDiabetes tipo 2", "R50.9\tFiebre")
    (tmp_path / "codes.tsv").write_text("\n".join(rows) + "\n")
    (tmp_path / "more.tsv").write_text("code\tes\nR50.9\tPirexia\n")
    return tmp_path


def test_an_unknown_coder_is_told():
    with pytest.raises(ModelError, match="no retriever can be read"):
        load_coder("nonsense", CODES, Abbreviations({}))


def test_paths_are_relative_to_the_configurations_folder(table):
    chosen = CodingConfiguration(codes="codes.tsv", synonyms=("more.tsv",), lay_terms=False)
    codes = configured_codes(chosen, table)
    assert codes.codes == ("E11.9", "R50.9")
    assert {term.text for term in codes.terms} == {
        *("Diabetes", "Diabetes tipo 2", "Fiebre", "Pirexia"),
    }
    with pytest.raises(CorpusError, match="nowhere"):
        configured_codes(chosen.model_copy(update={"codes": "nowhere.tsv"}), table)


def test_lay_terms_and_codes_of_any_level_are_a_matter_of_choice(table):
    plain = CodingConfiguration(codes="codes.tsv", lay_terms=False)
    named = CodingConfiguration(codes="codes.tsv")
    every = CodingConfiguration(codes="codes.tsv", lay_terms=False, any_level=True)
    assert len(configured_codes(named, table).terms) > len(configured_codes(plain, table).terms)
    assert configured_codes(every, table).codes == ("E11", "E11.9", "R50.9")


def test_what_a_coder_depends_on_is_in_its_fingerprint(table):
    chosen = CodingConfiguration(codes="codes.tsv")
    coder = configured_coder(chosen, table)
    assert coder.fingerprint == configured_coder(chosen, table).fingerprint
    (table / "short.tsv").write_text("short\tlong\nFB\tfiebre\n")
    for changes in ({"any_level": True}, {"lay_terms": False}, {"abbreviations": "short.tsv"}):
        other = configured_coder(chosen.model_copy(update=changes), table)
        assert other.fingerprint != coder.fingerprint


def test_what_is_not_there_is_told_before_anything_is_loaded(table):
    check_configured(CodingConfiguration(codes="codes.tsv"), table)
    check_configured(CodingConfiguration(codes="codes.tsv", model="retriever"), table)
    for changes, error in (
        ({"abbreviations": "nowhere.tsv"}, CorpusError),
        ({"model": "nowhere"}, ModelError),
        ({"rerank": "nowhere"}, ModelError),
    ):
        with pytest.raises(error, match="nowhere"):
            check_configured(CodingConfiguration(codes="codes.tsv", **changes), table)
