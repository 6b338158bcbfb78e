"""Hold corrections against the run that they are of, and the texts that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from projector.corrections.given import CorrectionsFile, Given, Key
from projector.document import Document, Fragment, Status, surface
from projector.errors import CorpusError, Problem
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.read_outcomes import read_outcomes
from projector.run.reader import FinishedRun
from schemas.corrections import Span
from schemas.manifest import MANIFEST, RUN_AGAIN

_SHOWN = 60  # characters of a mention's words in a message
_AGAIN = "Review this run, or accept into the one that was reviewed"


def refuse_other_runs(run: FinishedRun, files: Sequence[CorrectionsFile]) -> None:
    """Refuse corrections of another run, and a run that nothing can be said of.

    Raises:
        CorpusError: It is of another run; or it tags; or nothing tells that it is as it was
            written.
    """
    record = run.path / MANIFEST
    if run.tags:
        found = "the run tags: its mentions were found in the texts themselves"
        raise CorpusError(Problem(record, None, found, "a run that projects"))
    if run.manifest.sha256 is None:
        found = "the run was written by a version that did not hash"
        raise CorpusError(Problem(record, None, found, "a hash of its own", RUN_AGAIN))
    problems = [
        Problem(
            file.path,
            None,
            f"its corrections are of the run {file.corrections.run}",
            f"{run.manifest.sha256}, as {record} says",
            _AGAIN,
        )
        for file in files
        if file.corrections.run != run.manifest.sha256
    ]
    if problems:
        raise CorpusError(*problems)


def wrong_corrections(
    run: FinishedRun, given: Mapping[Key, Sequence[Given]]
) -> Iterator[tuple[Given, Problem]]:
    """Yield the corrections that can't be true of a run, each with all that is wrong with it.

    Only documents that something is said of are read.
    """
    by_document: dict[tuple[str, str], dict[str, Sequence[Given]]] = defaultdict(dict)
    for (language, document, mention), said in given.items():
        by_document[language, document][mention] = said
    for read in read_outcomes(run, only=by_document):
        said_of = by_document.pop((read.outcome.language, read.outcome.source))
        yield from _wrong_of_document(read.outcome, said_of)
    for (language, _), unknown in by_document.items():
        for correction in (given for some in unknown.values() for given in some):
            found, expected = "the run has no such document", "the name of a source document"
            if language not in run.languages:
                found = f"the run has no language {language!r}"
                expected = f"one of {', '.join(run.languages)}"
            yield correction, correction.problem(found, expected)


def _wrong_of_document(
    outcome: DocumentOutcome, said_of: Mapping[str, Sequence[Given]]
) -> Iterator[tuple[Given, Problem]]:
    mentions = {mention.mention_id: mention for mention in outcome.mentions}
    for id_, some in said_of.items():
        for given in some:
            if id_ not in mentions:
                yield given, given.problem("the document has no such mention", _ids(mentions))
            elif outcome.target is None or outcome.status is not Status.PROJECTED:
                reason = f": {outcome.reason}" if outcome.reason else ""
                told = f"the document is {outcome.status} in {outcome.language}{reason}"
                yield given, given.problem(told, "one that has a translation")
            else:
                for problem in _faults(given, mentions[id_], outcome.target):
                    yield given, problem


def _ids(mentions: Mapping[str, MentionOutcome]) -> str:
    shown = [*mentions][:20]
    return f"one of {', '.join(shown)}{', …' if len(mentions) > len(shown) else ''}"


def _faults(given: Given, mention: MentionOutcome, target: Document) -> Iterator[Problem]:
    said = given.correction
    if mention.status is Status.INVALID:
        yield given.problem(f"the mention is invalid: {mention.reason}", "one of the source's")
        return
    old = tuple(Fragment(span.start, span.end) for span in said.old)
    if old != mention.fragments:
        told = f"old is {_told(said.old)}"
        yield given.problem(told, f"{_told(mention.fragments)}, where the run has it", _AGAIN)
    beyond = [span for span in said.new if span.end > len(target.text)]
    if beyond:
        expected = f"at most {len(target.text)}, the length of {target.name} in characters"
        yield given.problem(f"new is {_told(said.new)}", expected)
        return
    there = surface(given.fragments, target.text)
    if there != said.text:
        expected = f"{_quoted(there)}, as the translation has at {_told(said.new)}"
        hint = "Offsets count Unicode code points, and fragments are joined by a blank"
        yield given.problem(f"text is {_quoted(said.text)}", expected, hint)
    elif said.new and not all(target.text[one.start : one.end].strip() for one in said.new):
        yield given.problem(f"new is {_told(said.new)}: white space alone", "words")


def _told(spans: Sequence[Span | Fragment]) -> str:
    return " ".join(f"{span.start}..{span.end}" for span in spans) or "none"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
