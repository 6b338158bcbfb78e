"""Make outcomes of any shape: what a run is written from, as hypothesis sees it."""

from dataclasses import replace

from hypothesis import strategies as st

from projector.audit.findings import Kind, Severity
from projector.document import Annotation, Document, Fragment, Mention, Status
from projector.run.audit_outcome import AuditOutcome, FindingOutcome, SentencePair
from projector.run.outcome import DocumentOutcome, MentionOutcome

# Whatever UTF-8 can hold: line separators, control characters and emoji, but no lone surrogates.
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
names = st.text("abcdé_-0123", min_size=1, max_size=6)
labels = st.sampled_from(["DISEASE", "SYMPTOM", "PROCEDURE"])
lines = st.none() | st.integers(1, 10**6)
fragments = st.builds(
    lambda start, length: Fragment(start, start + length), st.integers(0, 10**6), st.integers(1, 99)
)
some_fragments = st.lists(fragments, min_size=1, max_size=3).map(tuple)
mentions = st.builds(Mention, names, labels, some_fragments, lines)
annotations = st.builds(
    Annotation,
    names,
    st.sampled_from(["attribute", "relation", "event", "note", "normalization", "equivalence"]),
    labels,
    st.lists(st.tuples(texts, names), max_size=3).map(tuple),
    st.none() | texts,
    lines,
)
documents = st.builds(
    Document,
    names,
    st.just("en"),
    texts,
    st.lists(mentions, max_size=3).map(tuple),
    st.lists(annotations, max_size=3).map(tuple),
)
mention_outcomes = st.builds(
    MentionOutcome,
    names,
    labels | st.just(""),
    st.sampled_from(Status),
    texts,
    st.floats(0, 1),
    some_fragments | st.just(()),
    texts,
    some_fragments | st.just(()),
    texts,
)

findings = st.builds(
    FindingOutcome,
    st.sampled_from(Kind),
    st.sampled_from(Severity),
    st.none() | fragments,
    texts,
    st.none() | fragments,
    texts,
    texts,
    st.floats(0, 1),
)
audits = st.builds(
    AuditOutcome,
    st.lists(findings, max_size=3).map(tuple),
    st.lists(
        st.builds(SentencePair, some_fragments, some_fragments, st.floats(0, 1)), max_size=2
    ).map(tuple),
    *([st.floats(0, 1)] * 4),
)


def _named_alike(outcome: DocumentOutcome) -> DocumentOutcome:
    if outcome.original is None:
        return outcome
    return replace(outcome, original=replace(outcome.original, name=outcome.source))


outcomes = st.builds(
    DocumentOutcome,
    language=st.just("en"),
    source=names,
    target=st.none() | documents,
    mentions=st.lists(mention_outcomes, max_size=4).map(tuple),
    lost=st.lists(annotations, max_size=2).map(tuple),
    original=st.none() | documents,
    audit=st.none() | audits,
).map(_named_alike) | st.builds(
    DocumentOutcome,
    language=st.sampled_from(["en", "cz"]),
    source=names,
    target=st.none(),
    mentions=st.lists(mention_outcomes, max_size=4).map(tuple),
    status=st.sampled_from([Status.FAILED, Status.UNPAIRED]),
    reason=texts,
)
