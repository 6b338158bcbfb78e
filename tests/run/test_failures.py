"""Hold why a document comes to nothing, and when that ends the run."""

from pathlib import Path

import pytest

from projector.corpus import Reading
from projector.document import Document, Status
from projector.errors import SKIP_ADVICE, CorpusError, Problem, ProjectorError
from projector.run.failures import ComesToNothing, check_length, checked, readable, unforeseen

DOCUMENT = Document("a", "es", "Tos.")
PROBLEMS = (Problem(Path("a.ann"), 1, "x"), Problem(Path("a.ann"), 2, "y", "z"))


def test_a_reading_with_problems_stops_a_run_that_is_to_stop():
    faulty = Reading(DOCUMENT, PROBLEMS)
    with pytest.raises(CorpusError) as raised:
        checked(faulty, "stop")
    assert raised.value.problems == PROBLEMS
    assert str(raised.value).endswith(SKIP_ADVICE)
    assert checked(faulty, "skip") is faulty
    sound = Reading(DOCUMENT)
    assert checked(sound, "stop") is checked(sound, "skip") is sound


def test_what_could_be_read_is_gone_on_with_even_if_not_all_of_it():
    assert readable(Reading(DOCUMENT, PROBLEMS)) is DOCUMENT
    with pytest.raises(ComesToNothing) as raised:
        readable(Reading(None, PROBLEMS))
    assert raised.value.status is Status.FAILED
    assert raised.value.reason == "a.ann:1: x; a.ann:2: y; expected z" == str(raised.value)


@pytest.mark.parametrize("texts", [("abc",), ("abc", "ab"), ("", "abc"), ("áé🤒",)])
def test_texts_are_as_long_as_is_wanted_at_most(texts):
    check_length(texts, None)
    check_length(texts, 3)
    with pytest.raises(ComesToNothing) as raised:
        check_length(texts, 2)
    assert raised.value.status is Status.FAILED
    assert raised.value.reason == "3 characters, more than 2 are not wanted (--max-characters)"


class OutOfMemoryError(RuntimeError):
    """As torch calls its own."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (IndexError("out of bounds"), "IndexError: out of bounds"),
        (ValueError(), "ValueError: "),
        (MemoryError("12 GiB"), "there was not enough memory for it"),
        (OutOfMemoryError("11.9 GiB are free"), "there was not enough memory for it"),
    ],
)
def test_an_error_that_nobody_foresaw_ends_its_document_or_the_run(error, reason):
    skipped = unforeseen(error, "a: can't be projected", "skip")
    assert isinstance(skipped, ComesToNothing)
    assert (skipped.status, skipped.reason) == (Status.FAILED, reason)
    stopped = unforeseen(error, "a: can't be projected", "stop")
    assert isinstance(stopped, ProjectorError) and not isinstance(stopped, ComesToNothing)
    assert str(stopped).startswith(f"a: can't be projected ({reason}). To go on ")
    assert "--on-error skip" in str(stopped)


def test_coming_to_nothing_is_no_error_that_is_told_to_users():
    assert not issubclass(ComesToNothing, ProjectorError)
