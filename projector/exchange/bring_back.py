"""Bring back what people corrected in another tool, as corrections of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from projector.corpus.reading import require_document
from projector.document import Document, surface
from projector.errors import SKIP_ADVICE, CorpusError, Problem, counted
from projector.exchange.as_corrections import corrections_of, run_mentions
from projector.exchange.from_run import Outcomes
from projector.exchange.match import Matched, NotTaken, RunMention, matched
from projector.exchange.read_saved import read_saved
from projector.exchange.returned import ReturnedDocument
from projector.exchange.run_texts import Key, Misfit, RunTexts
from projector.exchange.unpack import Limits, opened_folder
from projector.run.reader import FinishedRun
from projector.storage.private_folder import private_folder
from schemas.corrections import Correction, Corrections
from schemas.manifest import MANIFEST

_MOST = 20  # problems that are told at once


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of what is not taken.

    Args:
        language, document: The translation's.
        what: The mention or stretch, and why.
        text: Its words.
    """

    language: str
    document: str
    what: NotTaken
    text: str


@dataclass(slots=True)
class BroughtBack:
    """What came of an import.

    Args:
        corrections: What goes into the run.
        documents: How many came back, of how many.
        unchanged: How many mentions came back as they were.
        refused: What is not taken.
        problems: What could not be read, where that is to be skipped.
        remarks: What else should be known.
    """

    corrections: Corrections
    documents: tuple[int, int] = (0, 0)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def bring_back(
    path: Path,
    run: FinishedRun,
    *,
    reviewer: str | None = None,
    confirm: bool = False,
    on_error: Literal["stop", "skip"] = "stop",
    now: datetime | None = None,
    limits: Limits | None = None,
) -> BroughtBack:
    """Return the corrections that a tool's files make of a run.

    Args:
        path: What the tool saved: a file, a folder or a ZIP of such.
        run: The run that was exported, or whose BRAT was corrected.
        reviewer: Whose work to take where several worked on a document; and who worked, where the
            tool doesn't say.
        confirm: Whether mentions that came back unchanged are confirmed by that.
        on_error: `stop` at what can't be read or is none of the run's, or `skip` and list it.
        now: When the corrections are said to be made; None: now.
        limits: How much may come out of an archive.

    Raises:
        CorpusError: Nothing of the run's came back, or something can't be read or was changed in
            a way that can't be taken, unless that is to be skipped.
    """
    with (
        opened_folder(path, limits) as root,
        private_folder(Path(tempfile.gettempdir())) as beside,
    ):
        texts = RunTexts(run)
        works, problems = _works(root, beside, texts)
        chosen, undecided = _chosen(works, reviewer)
        problems += undecided
        if problems and on_error == "stop":
            raise CorpusError(*problems[:_MOST], advice=_advice(problems))
        if not chosen:
            raise CorpusError(*problems[:_MOST], *_nothing(path))
        return _brought(run, chosen, texts, problems, reviewer, confirm, now or _now())


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _nothing(path: Path) -> list[Problem]:
    expected = (
        "UIMA CAS or WebAnno TSV 3 of INCEpTION, JSON with annotations of Label Studio (not "
        "JSON-MIN), JSON Lines of doccano, or BRAT's .ann with their .txt"
    )
    return [Problem(path, None, "nothing that somebody annotated is in it", expected)]


def _advice(problems: Sequence[Problem]) -> str:
    more = len(problems) - _MOST
    return f"{counted(more, 'more problem')}. {SKIP_ADVICE}" if more > 0 else SKIP_ADVICE


_Works = dict[Key, list[ReturnedDocument]]


def _works(root: Path, beside: Path, texts: RunTexts) -> tuple[_Works, list[Problem]]:
    """Return what came back of each translation, and what is wrong."""
    works: _Works = {}
    problems: list[Problem] = []
    for returned in read_saved(root, beside, texts.with_words):
        if isinstance(returned, Problem):
            problems.append(returned)
            continue
        key = texts.key_of(returned)
        if isinstance(key, Misfit):
            hint = "A text must stay as it was exported; import it there anew"
            problems.append(Problem(returned.path, returned.line, key.found, key.expected, hint))
        else:
            # The text is known to be the run's: of very many none is held.
            works.setdefault(key, []).append(replace(returned, text=""))
    return works, problems


def _chosen(
    works: _Works, reviewer: str | None
) -> tuple[dict[Key, ReturnedDocument], list[Problem]]:
    """Return whose work on each document is taken."""
    chosen: dict[Key, ReturnedDocument] = {}
    problems: list[Problem] = []
    for key, versions in sorted(works.items()):
        wanted = [one for one in versions if one.reviewer == reviewer]
        truth = [one for one in versions if one.preferred]
        left = wanted or truth or versions
        people = sorted({one.reviewer or "nobody named" for one in left})
        if len(left) == 1:
            chosen[key] = left[0]
        else:
            told = f"{counted(len(left), 'version')} of {key[1]} ({key[0]}), by {', '.join(people)}"
            hint = "Say whose is to be taken: --reviewer"
            problems.append(Problem(left[1].path, left[1].line, told, "one", hint))
    return chosen, problems


def _brought(
    run: FinishedRun,
    chosen: Mapping[Key, ReturnedDocument],
    texts: RunTexts,
    problems: list[Problem],
    reviewer: str | None,
    confirm: bool,
    now: datetime,
) -> BroughtBack:
    corrections: list[Correction] = []
    sha256 = run.manifest.sha256
    if sha256 is None:
        hint = "It is of a version that did not hash: make the run anew"
        raise CorpusError(Problem(run.path / MANIFEST, None, "it has no hash of its own", "", hint))
    result = BroughtBack(Corrections(run=sha256, corrections=()), (len(chosen), len(texts)))
    result.problems = problems
    for language in sorted({language for language, _ in chosen}):
        corpus = run.corpus(language)
        outcomes = Outcomes(run.projections([language]))
        for (code, name), returned in chosen.items():
            if code != language:
                continue
            rows = outcomes.of_target(name)
            document = require_document(corpus.read(name))
            mentions = list(run_mentions(rows, document, returned.tool))
            what = matched(mentions, returned.mentions)
            _note(result, document, mentions, what, returned)
            who = returned.reviewer or reviewer or ""
            corrections += corrections_of(rows, document, mentions, what, who, confirm, now)
    result.corrections = Corrections(
        run=sha256, reviewer=reviewer or "", corrections=tuple(corrections)
    )
    return result


def _note(
    result: BroughtBack,
    document: Document,
    mentions: Sequence[RunMention],
    what: Matched,
    returned: ReturnedDocument,
) -> None:
    """Count what is unchanged, list what is not taken, and tell what was guessed."""
    result.unchanged += len(what.unchanged)
    owner = (document.language, document.name)
    result.refused += [
        Refused(*owner, one, surface(one.fragments, document.text)) for one in what.not_taken
    ]
    told = f"{document.name} ({document.language})"
    if what.by_overlap:
        ids = ", ".join(sorted(what.by_overlap))
        result.remarks.append(
            f"{told}: {ids} came back without an id and is elsewhere: known by label and overlap"
        )
    given = sum(bool(one.expected) for one in mentions)
    if given and len(what.absent) == given:
        result.remarks.append(
            f"{told}: all of its {counted(given, 'mention')} are gone in {returned.path.name}: "
            "they are taken as absent"
        )
