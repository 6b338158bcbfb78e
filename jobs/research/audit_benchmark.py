"""Measure an audit: spoil gold pairs in known places, and count what is found, and what is not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from time import process_time

import click
import torch

from jobs.research.sentence_memory import SentenceMemory
from projector.audit.audit_pair import PairAudit, audit_pair, audit_vectors
from projector.audit.findings import Finding, Kind
from projector.cli.output import echo_table
from projector.corpus.formats.gold_jsonl import gold_sets, holds_word_links, read_pairs
from projector.document import Document, DocumentPair, Fragment
from projector.evaluation.mistranslation import SPOILERS, Spoiler, Spoilt, Translation
from projector.models.encoder import CachedEncoder, Encoder
from projector.pipeline import project_weighed, weigh_pair
from projector.run.models import load_model
from projector.settings import AlignSettings, Settings
from projector.text.sentences import split_sentences
from schemas.run import ModelConfiguration

Key = tuple[Kind, str]


class Counts:
    """What was spoilt and found, by kind and language, and the alarms on gold as it is.

    Args:
        spoilt: Places.
        found: Those of them that an audit tells.
        elsewhere: Findings of the same kind that gold doesn't have, in other places.
        alarms: Findings on gold as it is, in the documents that were spoilt in this way.
        clean: Findings on all of gold as it is, by kind and language.
        sentences, documents: Of gold's translations, by language.
        by_set: Findings on all of gold as it is, by kind and set.
        set_documents: Of gold's sets.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.spoilt: Counter[Key] = Counter()
        self.found: Counter[Key] = Counter()
        self.elsewhere: Counter[Key] = Counter()
        self.alarms: Counter[Key] = Counter()
        self.clean: Counter[Key] = Counter()
        self.sentences: Counter[str] = Counter()
        self.documents: Counter[str] = Counter()
        self.by_set: Counter[tuple[Kind, str]] = Counter()
        self.set_documents: Counter[str] = Counter()


class Spent:
    """The processor's seconds that audits and projections of the same pairs took, in one thread.

    Args:
        projection: Encoding both texts, aligning and decoding.
        audit: On the token vectors and sure pairs that the projection has, as in a run.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.projection = self.audit = 0.0

    def measure(self, pairs: Sequence[DocumentPair], model: Encoder) -> None:
        """Add what some pairs take, the first of them once before it counts."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        for number, pair in enumerate([*pairs[:1], *pairs]):
            encoder = CachedEncoder(model)
            start = process_time()
            weighed = weigh_pair(pair, encoder, Settings())
            project_weighed(pair, weighed)
            projection = process_time() - start
            texts, settings = (weighed.source.tokens, weighed.target.tokens), AlignSettings()
            start = process_time()
            audit_vectors(pair, *texts, weighed.vectors, settings, weighed.pairs)
            if number:
                self.projection += projection
                self.audit += process_time() - start
        torch.set_num_threads(threads)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--set", "sets", multiple=True, help="Which sets; by default all. Repeatable.")
@click.option("--kind", "kinds", multiple=True, help="Which kinds are spoilt. Repeatable.")
@click.option("--limit", type=int, help="Documents of each set at most.")
@click.option("--seed", default=26, show_default=True)
@click.option(
    "--show", is_flag=True, help="Print what is told of gold as it is, and what is missed."
)
@click.option("--alarms-only", is_flag=True, help="Audit gold as it is, and spoil nothing.")
@click.option("--cost", is_flag=True, help="Measure what an audit costs beside a projection.")
def main(
    gold: Path,
    sets: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int | None,
    seed: int,
    show: bool,
    alarms_only: bool,
    cost: bool,
) -> None:
    """Spoil the pairs of GOLD in every way and print what an audit finds of it.

    \b
    Example:
      python -m jobs.research.audit_benchmark ../shared/gold --set clinical6
    """
    model = load_model(ModelConfiguration(), "auto")
    counts, spent = Counts(), Spent()
    for name, path in gold_sets(gold).items():
        if (sets and name.partition("_")[0] not in sets) or holds_word_links(path):
            continue
        pairs = list(read_pairs(path, limit=limit))
        random = None if alarms_only else Random(seed)
        spoilers = {kind: SPOILERS[kind] for kind in SPOILERS if not kinds or kind in kinds}
        _measure(name, pairs, SentenceMemory(model), counts, random, spoilers, show=show)
        if cost:
            spent.measure(pairs, model)
        click.echo(f"{name}: {len(pairs)} documents", err=True)
    _echo(counts)
    if cost:
        share = spent.audit / max(spent.projection, 1e-9)
        click.echo(
            f"audit {spent.audit:.1f} s beside projection {spent.projection:.1f} s: {share:.1%}"
        )


def _measure(
    name: str,
    pairs: Sequence[DocumentPair],
    encoder: Encoder,
    counts: Counts,
    random: Random | None,
    spoilers: dict[Kind, tuple[Spoiler, frozenset[Kind]]],
    *,
    show: bool,
) -> None:
    """Count what is found in pairs as they are, and spoilt unless there is nothing random."""
    for number, pair in enumerate(pairs):
        clean = audit_pair(pair, encoder, AlignSettings())
        language = pair.target.language
        counts.documents[language] += 1
        counts.sentences[language] += len(split_sentences(pair.target.text))
        counts.clean.update((finding.kind, language) for finding in clean.findings)
        counts.by_set.update((finding.kind, name.partition("_")[0]) for finding in clean.findings)
        counts.set_documents[name.partition("_")[0]] += 1
        if show:
            for finding in clean.findings:
                click.echo(f"alarm {language} {pair.source.name} {_shown(finding, pair)}", err=True)
        if random is None:
            continue
        other = pairs[number - 1]
        _measure_whole(pair, other, encoder, counts, clean)
        for kind in spoilers:
            _measure_kind(kind, pair, other, encoder, counts, clean, random, show=show)


def _measure_whole(
    pair: DocumentPair, other: DocumentPair, encoder: Encoder, counts: Counts, clean: PairAudit
) -> None:
    """Count whether a swapped and an untranslated document are found."""
    language = pair.target.language
    spoilt: list[tuple[Kind, Document]] = [
        (Kind.UNTRANSLATED, replace(pair.target, text=pair.source.text)),
    ]
    if other.source.text != pair.source.text:
        spoilt.append((Kind.WRONG_PAIR, replace(pair.target, text=other.target.text)))
        spoilt.append((Kind.UNTRANSLATED, replace(pair.target, text=other.source.text)))
    for kind, target in spoilt:
        audit = audit_pair(DocumentPair(pair.source, target), encoder, AlignSettings())
        counts.spoilt[kind, language] += 1
        counts.found[kind, language] += any(one.kind is kind for one in audit.findings)
        counts.alarms[kind, language] += sum(one.kind is kind for one in clean.findings)


def _measure_kind(
    kind: Kind,
    pair: DocumentPair,
    other: DocumentPair,
    encoder: Encoder,
    counts: Counts,
    clean: PairAudit,
    random: Random,
    *,
    show: bool,
) -> None:
    """Spoil a pair in one way and count what is found of it."""
    spoiler, answers = SPOILERS[kind]
    key = kind, pair.target.language
    texts = pair.source.text, pair.target.text
    language = pair.target.language.replace("cz", "cs")
    spoilt = spoiler(Translation(*texts, language, clean.blocks, other.target.text), random)
    if spoilt is None:
        return
    new = DocumentPair(pair.source, replace(pair.target, text=spoilt.text))
    findings = audit_pair(new, encoder, AlignSettings()).findings
    told = [finding for finding in findings if finding.kind in answers]
    known = [finding for finding in clean.findings if finding.kind in answers]
    counts.alarms[key] += len(known)
    counts.spoilt[key] += len(spoilt.targets)
    hits: set[int] = set()
    for place in _places(spoilt):
        near = {k for k, finding in enumerate(told) if _touches(finding, *place)}
        counts.found[key] += bool(near)
        hits |= near
        if show and not near:
            words = spoilt.text[place[1].start : place[1].end] if place[1] else ""
            sentence = texts[0][place[0].start : place[0].end] if place[0] else ""
            click.echo(f"missed {kind} {language} {words!r} for {sentence!r}", err=True)
    counts.elsewhere[key] += max(len(told) - len(hits) - len(known), 0)


def _places(spoilt: Spoilt) -> Iterator[tuple[Fragment | None, Fragment | None]]:
    return zip(spoilt.sources, spoilt.targets, strict=True)


def _touches(finding: Finding, source: Fragment | None, target: Fragment | None) -> bool:
    """Tell whether a finding is about a place of the source, or of the translation."""
    return _overlap(finding.source, source) or _overlap(finding.target, target)


def _overlap(one: Fragment | None, other: Fragment | None) -> bool:
    return one is not None and other is not None and one.start < other.end and other.start < one.end


def _shown(finding: Finding, pair: DocumentPair) -> str:
    parts = [
        text[place.start : place.end]
        for place, text in ((finding.source, pair.source.text), (finding.target, pair.target.text))
        if place is not None
    ]
    return f"{finding.kind} {finding.score} {finding.message} | {' | '.join(parts)}"


def _echo(counts: Counts) -> None:
    """Print precision and recall by kind and language, then the alarms on gold as it is."""
    rows: list[list[object]] = []
    by_kind: defaultdict[Kind, list[str]] = defaultdict(list)
    for kind, language in counts.spoilt:
        by_kind[kind].append(language)
    for kind, languages in by_kind.items():
        rows += [_row(kind, [language], language, counts) for language in sorted(set(languages))]
        rows.append(_row(kind, languages, "all", counts))
    if rows:
        echo_table(["kind", "language", "spoilt", "recall", "precision"], rows)
        click.echo()
    echo_table(
        ["kind", "language", "alarms", "a thousand sentences", "a hundred documents"],
        [
            _alarms(kind, language, number, counts)
            for (kind, language), number in sorted(counts.clean.items())
        ],
    )
    click.echo()
    echo_table(
        ["kind", "set", "documents", "alarms", "a hundred documents"],
        [
            [kind, name, documents, number, 100 * number / documents]
            for (kind, name), number in sorted(counts.by_set.items())
            for documents in [counts.set_documents[name]]
        ],
    )
    click.echo(f"{counts.documents.total()} documents, {counts.sentences.total()} sentences")


def _alarms(kind: str, language: str, number: int, counts: Counts) -> list[object]:
    """Return one row of the table of alarms on gold as it is."""
    sentences, documents = counts.sentences[language], counts.documents[language]
    return [
        kind,
        language,
        number,
        1000 * number / max(sentences, 1),
        100 * number / max(documents, 1),
    ]


def _row(kind: Kind, languages: Sequence[str], name: str, counts: Counts) -> list[object]:
    def total(counter: Counter[Key]) -> int:
        return sum(counter[kind, language] for language in set(languages))

    found = total(counts.found)
    wrong = total(counts.elsewhere) + total(counts.alarms)
    told = found + wrong
    precision = found / told if told else None
    return [kind, name, total(counts.spoilt), found / max(total(counts.spoilt), 1), precision]


if __name__ == "__main__":
    main()
