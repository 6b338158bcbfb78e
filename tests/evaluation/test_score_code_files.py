"""Hold how proposed codes are held against gold, whatever files they are in."""

from pathlib import Path

import polars as pl
import pytest

from projector.errors import ConfigurationError, CorpusError
from projector.evaluation.score_code_files import compare_codes
from schemas.coding import CODING

TEXT = "uno dos tres cuatro cinco"


def corpus(folder, language, *mentions):
    """Write a corpus of one document; a mention is its label, its first offset and its codes."""
    path = folder / language
    path.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, (label, start, codes) in enumerate(mentions, start=1):
        lines.append(f"T{number}\t{label} {start} {start + 3}\t{TEXT[start : start + 3]}")
        if codes:
            lines.append(f"N{number}\tReference T{number} ICD10:{codes}\tx")
    (path / "a.txt").write_text(TEXT)
    (path / "a.ann").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def gold(tmp_path):
    return corpus(
        tmp_path / "gold", "es", ("DISEASE", 0, "E11.9"), ("DISEASE", 4, "I10"), ("DRUG", 8, "T36")
    )


def codes(path, *listed):
    path.write_text("code\tdescription\n" + "".join(f"{code}\tx\n" for code in listed))
    return path


def test_first_choices_are_scored_over_all_and_over_what_a_list_has(gold, tmp_path):
    proposed = corpus(
        tmp_path / "said", "es", ("DISEASE", 0, "E11.9"), ("DISEASE", 4, "J45"), ("DRUG", 8, "T36")
    )
    found = compare_codes(gold, proposed)
    (row,) = found.rows
    assert (row.language, row.covered, row.scores.mentions) == ("", False, 3)
    assert row.scores.precision == pytest.approx(2 / 3) and found.lacking == found.near == 0
    part = compare_codes(gold, proposed, codes=codes(tmp_path / "c.tsv", "E11.9", "I10.1"))
    everything, inside = part.rows
    assert everything.scores == row.scores
    assert inside.covered and (inside.scores.mentions, inside.scores.f1) == (1, 1.0)
    assert (part.lacking, part.near) == (2, 1)  # I10 is above a code of the list, T36 is not


def test_labels_that_are_not_asked_for_play_no_part(gold, tmp_path):
    proposed = corpus(tmp_path / "said", "es", ("DISEASE", 0, "E11.9"), ("DRUG", 8, "J45"))
    (row,) = compare_codes(gold, proposed, only=("DISEASE",)).rows
    assert (row.scores.mentions, row.scores.proposed, row.scores.precision) == (2, 1, 1.0)
    with pytest.raises(ConfigurationError, match="no mention is labelled FINDING"):
        compare_codes(gold, proposed, only=("FINDING",))


def test_languages_are_scored_together_first_and_cz_is_cs(gold, tmp_path):
    corpus(gold, "cs", ("DISEASE", 0, "R05"))
    proposed = corpus(tmp_path / "said", "es", ("DISEASE", 0, "E11.9"))
    corpus(proposed, "cz", ("DISEASE", 0, "R05"))
    rows = compare_codes(gold, proposed).rows
    assert [row.language for row in rows] == ["", "cs", "es"]
    assert [row.scores.mentions for row in rows] == [4, 1, 3]
    assert [row.scores.precision for row in rows] == [1.0, 1.0, 1.0]


def coded(folder, *rows):
    """Write ranked proposals as `projector code` does, as far as they are read."""
    folder.mkdir()
    (folder / CODING).write_text("{}")
    names = ("language", "document", "fragments", "code", "rank", "score")
    table = [dict(zip(names, row, strict=True)) for row in rows]
    pl.DataFrame(table).write_parquet(folder / "codes.parquet")
    pl.DataFrame({"code": ["E11.9", "I10"]}).write_parquet(folder / "code_list.parquet")
    return folder


def test_ranked_proposals_are_taken_in_their_order_with_their_list(gold, tmp_path):
    place = [{"start": 4, "end": 7}]
    folder = coded(
        tmp_path / "coded",
        ("es", "a", place, "I10", 2, 0.3),
        ("es", "a", place, "E11.9", 1, 0.6),
    )
    found = compare_codes(gold, folder)
    everything, inside = (row.scores for row in found.rows)
    assert everything.precision == 0.0 and everything.reciprocal_rank == pytest.approx(0.5 / 3)
    assert inside.mentions == 2 and found.lacking == 1
    assert [(point.score, point.precision) for point in found.curve] == [(0.6, 0.0)]
    (folder / "codes.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match=r"codes\.parquet: can't be read"):
        compare_codes(gold, folder)


def test_what_cannot_be_scored_is_told(gold, tmp_path):
    bare = corpus(tmp_path / "bare", "es", ("DISEASE", 0, ""))
    with pytest.raises(ConfigurationError, match="no mention has a code"):
        compare_codes(bare, gold)
    Path(gold / "es" / "a.txt").rename(gold / "es" / "b.txt")
    Path(gold / "es" / "a.ann").rename(gold / "es" / "b.ann")
    other = corpus(tmp_path / "other", "es", ("DISEASE", 0, "E11.9"))
    with pytest.raises(ConfigurationError, match="no document in common"):
        compare_codes(gold, other)
