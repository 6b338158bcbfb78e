"""Hold what a spool gives back against what it was given."""

import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome_values import outcomes

from projector.document import Document
from projector.errors import OutputError
from projector.run.outcome import DocumentOutcome
from projector.run.spool import Spool


def lines_of(outcome: DocumentOutcome) -> list[int | None]:
    """Return what equality leaves out: the lines of the files that things were read from."""
    target = outcome.target or Document("", "", "")
    said = (*target.mentions, *target.annotations, *outcome.lost)
    return [one.line for one in said]


@given(st.lists(outcomes, max_size=5, unique_by=lambda one: (one.language, one.source)))
def test_what_is_put_comes_back_sorted(put):
    spool = Spool(io.BytesIO())
    for outcome in put:
        spool.put(outcome)
    for language in ("cz", "en"):
        expected = sorted(
            (one for one in put if one.language == language), key=lambda one: one.source
        )
        back = list(spool.outcomes(language))
        assert back == expected
        assert list(map(lines_of, back)) == list(map(lines_of, expected))
    assert all((one.language, one.source) in spool for one in put)
    assert ("en", "none") not in spool


class Trap:
    def __reduce__(self):
        return pytest.fail, ("a pickle was run",)


def test_a_pickle_in_its_place_is_not_run():
    file = io.BytesIO()
    spool = Spool(file)
    spool.put(DocumentOutcome("en", "caso", None))
    file.seek(0)
    file.write(pickle.dumps(Trap()))
    with pytest.raises(OutputError, match="caso in en: what came of it was damaged"):
        list(spool.outcomes("en"))


def damaged(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_a_flipped_bit_anywhere_in_a_line_and_a_cut_one_are_noticed():
    file = io.BytesIO()
    spool = Spool(file)
    for name in ("a", "b"):
        spool.put(DocumentOutcome("en", name, Document(name, "en", "Tos.")))
    whole = file.getvalue()
    second = whole.index(b"\n") + 1
    spoilt = [damaged(whole, place) for place in range(second, len(whole))]
    for content in (*spoilt, whole[:-1], whole[: second + 5], whole[:second]):
        file.seek(0)
        file.truncate()
        file.write(content)
        with pytest.raises(OutputError, match=r"b in en: .* Run it again"):
            list(spool.outcomes("en"))
