"""Hold what becomes of documents against what they hold: one outcome each, and no other."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.document import Document, Fragment, Mention, Projection, Status
from projector.errors import OutputError
from projector.pipeline import ProjectedDocument
from projector.run.outcome import (
    DocumentOutcome,
    MentionOutcome,
    projected_outcome,
    unprojected_outcome,
)

TEXT = "Fiebre y tos desde ayer; niega disnea."
STATUSES = [Status.PROJECTED, Status.UNALIGNED, Status.BELOW_THRESHOLD]
spans = st.integers(0, len(TEXT) - 1).flatmap(
    lambda start: st.integers(start + 1, len(TEXT)).map(lambda end: (Fragment(start, end),))
)
mentions = st.lists(st.tuples(st.sampled_from(["A", "B"]), spans), max_size=5).map(
    lambda drawn: tuple(
        Mention(f"T{number}", label, fragments) for number, (label, fragments) in enumerate(drawn)
    )
)
invalid = st.dictionaries(st.sampled_from(["T90", "T91"]), st.just("it is wrong"))


@st.composite
def projected(draw) -> ProjectedDocument:
    source = Document("caso", "es", TEXT, draw(mentions))
    projections = []
    for mention in source.mentions:
        status = draw(st.sampled_from(STATUSES))
        fragments = draw(spans) if status is Status.PROJECTED else ()
        reason = "" if fragments else "why"
        projections.append(Projection(mention.id, status, draw(st.floats(0, 1)), fragments, reason))
    kept = tuple(
        Mention(mention.id, mention.label, projection.fragments)
        for mention, projection in zip(source.mentions, projections, strict=True)
        if projection.fragments
    )
    target = Document("case", "en", TEXT, kept)
    return ProjectedDocument(source, target, tuple(draw(st.permutations(projections))))


@given(projected(), invalid)
def test_every_mention_has_one_outcome_in_the_sources_order(done, reasons):
    outcome = projected_outcome(done, invalid=reasons)
    ids = [mention.mention_id for mention in outcome.mentions]
    assert ids == [*(mention.id for mention in done.source.mentions), *reasons]
    assert outcome.counts().total() == len(done.source.mentions) + len(reasons)
    of_id = {projection.mention_id: projection for projection in done.projections}
    for mention, told in zip(done.source.mentions, outcome.mentions, strict=False):
        projection = of_id[mention.id]
        assert (told.status, told.score) == (projection.status, projection.score)
        assert (told.label, told.source_text) == (mention.label, mention.surface(TEXT))
        assert told.text == " ".join(TEXT[one.start : one.end] for one in projection.fragments)
        assert bool(told.reason) == (told.status is not Status.PROJECTED)
    for told in outcome.mentions[len(done.source.mentions) :]:
        assert (told.status, told.label, told.source_fragments) == (Status.INVALID, "", ())


@given(mentions, st.sampled_from([Status.FAILED, Status.UNPAIRED]), invalid)
def test_a_document_without_a_projection_says_why_of_every_mention(found, status, reasons):
    source = Document("caso", "es", TEXT, found)
    outcome = unprojected_outcome(source, "en", status, "why", invalid=reasons)
    assert (outcome.status, outcome.reason, outcome.target) == (status, "why", None)
    assert outcome.failed == (status is Status.FAILED)
    statuses = [mention.status for mention in outcome.mentions]
    assert statuses == [status] * len(found) + [Status.INVALID] * len(reasons)
    assert outcome.labels == {mention.label for mention in found}


def test_an_invalid_mention_that_is_there_has_no_second_outcome():
    source = Document("caso", "es", TEXT, (Mention("T1", "A", (Fragment(0, 6),)),))
    with pytest.raises(OutputError, match="more than one outcome: T1"):
        unprojected_outcome(source, "en", Status.UNPAIRED, "why", invalid={"T1": "wrong"})


@pytest.mark.parametrize("kind", [DocumentOutcome, MentionOutcome])
def test_an_outcome_is_read_by_name_and_never_changed(kind):
    assert kind.__dataclass_params__.frozen
    assert not issubclass(kind, tuple)
    assert all(field.name in kind.__slots__ for field in fields(kind))
