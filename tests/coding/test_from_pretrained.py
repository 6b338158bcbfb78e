"""Code mentions in two calls, as the command codes them."""

import json
from pathlib import Path

import polars as pl
import pytest

from projector import (
    Coder,
    CorpusError,
    Document,
    ProposedCode,
    to_brat,
)
from projector.cli import run


@pytest.fixture(scope="module")
def coder():
    return Coder.from_pretrained()


def test_a_coder_proposes_what_the_command_proposes(tmp_path, monkeypatch, coder):
    words = ["HTA", "fiebre", "dolor torácico opresivo", "Qwxz"]
    (tmp_path / "es").mkdir()
    document = Document.from_spans(
        " ".join(words),
        [(0, 3, "DISEASE"), (4, 10, "DISEASE"), (11, 34, "DISEASE"), (35, 39, "DISEASE")],
        language="es",
    )
    (tmp_path / "es" / "a.txt").write_text(document.text, encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text(to_brat(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert (
        run(["code", "es", "-o", "coded", "--top-k", "3", "--min-precision", "0"]) == 3
    )  # the last has no code
    facts = json.loads(Path("coded/coding.json").read_text(encoding="utf-8"))
    assert coder.fingerprint == facts["fingerprint"]
    table = pl.read_parquet("coded/codes.parquet").sort("mention", "rank")
    proposed = {
        mention.id: codes
        for mention, codes in zip(
            document.mentions, coder.code(words, language="es", top_k=3), strict=True
        )
        if codes
    }
    columns = ("mention", "code", "score", "description", "name")
    assert table.select(columns).rows() == [
        (id_, one.code, pytest.approx(one.score), one.description, one.found_by)
        for id_, codes in proposed.items()
        for one in codes
    ]
    assert proposed.keys() == {"T1", "T2", "T3"}


def test_arterial_hypertension_has_its_code(coder):
    (codes,) = coder.code(["HTA"], language="es", top_k=1)
    score = codes[0].score
    assert 0.9 < score < 1
    assert codes == [ProposedCode("I10", score, "hipertensión arterial", "hipertensión arterial")]
    assert coder.code(["HTA"], language="ro")[0][0].code == "I10"
    (codes,) = coder.code(["polmonite"], language="it", top_k=1)
    assert (codes[0].code, codes[0].found_by) == ("J18.9", "polmonite")
    assert len(coder.code(["dolor"], language="es")[0]) == 5
    assert coder.code([]) == []


def test_what_a_coder_cannot_take_is_told(coder, tmp_path):
    with pytest.raises(ValueError, match="'HTA' is one text; expected a list"):
        coder.code("HTA")
    with pytest.raises(ValueError, match="top_k is 0"):
        coder.code(["HTA"], top_k=0)
    with pytest.raises(CorpusError):
        Coder.from_pretrained(codes=tmp_path / "none.tsv")


def test_a_list_of_ones_own_is_coded_by(tmp_path):
    path = tmp_path / "codes.tsv"
    path.write_text("code\tdescription\tlanguage\nZ1\ttos seca\tes\n", encoding="utf-8")
    coder = Coder.from_pretrained(codes=path)
    assert coder.codes.codes == ("Z1",)
    assert coder.code(["Tos seca"], language="es")[0][0].code == "Z1"
