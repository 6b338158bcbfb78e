"""Hold how predictions on disk are held against gold on disk, whatever forms both have."""

from pathlib import Path

import pytest

from projector.errors import ConfigurationError, CorpusError
from projector.evaluation.metrics import total
from projector.evaluation.score_files import score_paths

TEXT = "fiebre alta y tos"
HEADER = "filename\tlabel\tstart_span\tend_span\ttext\n"


def corpus(folder, *spans, name="a"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(TEXT)
    lines = (
        f"T{number}\t{label} {start} {end}\t{TEXT[start:end]}\n"
        for number, (label, start, end) in enumerate(spans, start=1)
    )
    (folder / f"{name}.ann").write_text("".join(lines))
    return folder


def table(path, *spans, name="a"):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (f"{name}\t{label}\t{start}\t{end}\t{TEXT[start:end]}\n" for label, start, end in spans)
    path.write_text(HEADER + "".join(rows))
    return path


@pytest.fixture
def gold(tmp_path):
    return corpus(tmp_path / "gold" / "es", ("SYMPTOM", 0, 6), ("SYMPTOM", 14, 17))


def test_corpora_and_tables_score_alike(gold, tmp_path):
    spans = [("SYMPTOM", 0, 6), ("SYMPTOM", 7, 11)]
    brat = corpus(tmp_path / "brat" / "es", *spans)
    tsv = table(tmp_path / "es" / "predicted_es.tsv", *spans)
    for predicted in (brat, tsv):
        scored = score_paths(gold, predicted, language="es")
        assert scored.languages == ("es",) and scored.remarks == ()
        strict = total(scored.comparison).strict
        assert (strict.tp, strict.fp, strict.fn) == (1, 1, 1)
        assert scored.text("es", "a") == TEXT and scored.text("es", "b") is None
        assert scored.calibration() is None  # nobody gave scores


def test_a_tree_is_scored_language_by_language_and_cz_is_cs(gold, tmp_path):
    corpus(gold.parent / "cs", ("SYMPTOM", 0, 6))
    corpus(gold.parent / "en", ("SYMPTOM", 0, 6))
    predicted = tmp_path / "predicted"
    for language in ("es", "cz", "sv"):
        corpus(predicted / language, ("SYMPTOM", 0, 6))
    scored = score_paths(gold.parent, predicted)
    assert scored.languages == ("cs", "es")
    assert total(scored.comparison).strict.tp == 2
    left_out = "; ".join(scored.remarks)
    assert "not scored: en" in left_out and "not scored: sv" in left_out


def test_labels_are_renamed_on_both_sides_and_may_be_chosen(gold, tmp_path):
    predicted = corpus(tmp_path / "es", ("SINTOMA", 0, 6), ("DISEASE", 7, 11))
    labels = {"SINTOMA": "SYMPTOM"}
    assert total(score_paths(gold, predicted, labels=labels).comparison).strict.fp == 1
    chosen = score_paths(gold, predicted, labels=labels, only=["SYMPTOM"])
    assert total(chosen.comparison).strict.precision == 1.0


def test_file_names_with_and_without_their_extension_are_taken_as_equal(tmp_path):
    spans = [("SYMPTOM", 0, 6)]
    gold = table(tmp_path / "gold_es.tsv", *spans, name="a.txt")
    predicted = table(tmp_path / "predicted_es.tsv", *spans)
    scored = score_paths(gold, predicted)
    assert total(scored.comparison).strict.f1 == 1.0
    assert "one table writes file names with .txt" in scored.remarks[0]


def test_documents_that_nobody_else_has_are_remarked_on(gold, tmp_path):
    other = corpus(tmp_path / "es", ("SYMPTOM", 0, 6), name="b")
    (remark,) = score_paths(gold, other).remarks
    assert "no document of" in remark and "has the name of one of" in remark


def test_what_cannot_be_scored_is_told(gold, tmp_path):
    english = corpus(tmp_path / "en", ("SYMPTOM", 0, 6))
    with pytest.raises(ConfigurationError, match="there is nothing to score"):
        score_paths(gold, english)
    (gold / "a.ann").write_text("T1\tSYMPTOM 0 600\tfiebre\n")
    with pytest.raises(CorpusError, match=r"a\.ann"):
        score_paths(gold, english, language="es")


def test_offsets_beyond_any_text_are_told_with_the_tables(tmp_path: Path):
    header = "filename\tlabel\tstart_span\tend_span\ttext\n"
    gold, predicted = (tmp_path / f"{name}_en.tsv" for name in ("gold", "predicted"))
    gold.write_text(f"{header}a\tX\t0\t5\tFever\n")
    rows = "".join(f"{name}\tX\t0\t{'9' * 18}\tFever\n" for name in "abcdefgh")
    predicted.write_text(header + rows)
    with pytest.raises(CorpusError, match=r"predicted_en\.tsv: beside .*no characters of any text"):
        score_paths(gold, predicted)
