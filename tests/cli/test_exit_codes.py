"""What ends a command with 3, and what does not."""

import json

import pytest

from projector.cli import run

NOWHERE = "."  # no word that could be the mention


@pytest.fixture
def unaligned(corpora, annotate):
    """A mention whose translation lacks it."""
    annotate(corpora / "es", "c", "Sin disnea.", ("SYMPTOM", "disnea"))
    annotate(corpora / "it", "c", NOWHERE)
    annotate(corpora / "ro", "c", NOWHERE)
    return corpora


def project(*more: str) -> int:
    return run(["project", "es", "it", "-o", "out", "-m", "tiny", "--overwrite", *more])


def test_what_a_translation_lacks_is_an_outcome_unless_it_is_to_fail(unaligned, capsys):
    assert project() == 0
    told = capsys.readouterr()
    assert "out/unprojected.tsv" in told.out
    assert "--accept-losses" not in told.err
    assert project("--fail-on", "unaligned", "--format", "json") == 3
    told = capsys.readouterr()
    assert json.loads(told.out)["losses"] == 1 and "--accept-losses" in told.err
    assert project("--fail-on", "unaligned", "--accept-losses") == 0
    assert project("--fail-on", "below_threshold") == 0
    assert project("--fail-on", "unpaired") == 2


def test_an_annotation_that_could_not_travel_is_a_loss(unaligned, capsys):
    with (unaligned / "es" / "c.ann").open("a") as file:
        file.write("A1\tNegated T1\n")
    assert project() == 3
    told = capsys.readouterr()
    assert "out/lost_annotations.tsv" in told.out and "--accept-losses" in told.err


def test_what_is_below_the_users_score_is_an_outcome_unless_it_is_to_fail(corpora):
    assert project("--min-score", "1") == 0
    assert project("--min-score", "1", "--fail-on", "unaligned") == 0
    both = ("--fail-on", "unaligned", "--fail-on", "below_threshold")
    assert project("--min-score", "1", *both) == 3


def test_a_document_without_a_translation_is_a_loss(corpora, annotate):
    annotate(corpora / "es", "c", "Sin disnea.", ("SYMPTOM", "disnea"))
    assert project() == 3
