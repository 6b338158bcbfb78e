"""Measure taggers by themselves, on documents that the installed one is kept apart from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import click

from projector.document import (
    TAGGED_NOTE,
    Document,
    Fragment,
    Mention,
    noted_scores,
    with_scores,
)
from projector.evaluation.calibration import Calibration, calibration
from projector.evaluation.metrics import Scores, Span, document_spans, score
from projector.storage.file_names import language_name
from projector.tagging.tagger import Tagger
from projector.text.sentences import split_sentences
from projector.training.tagger.data import Annotated, read_annotated
from schemas.tagger_training import TaggerSourceConfiguration

_LANGUAGES = ("en", "it", "nl", "sv", "ro", "cs")
LISTS = Path(__file__).parents[2] / "projector" / "tagging" / "clinical"
_TYPES = ("DISEASE", "SYMPTOM", "PROCEDURE")
_SPANISH = {"SpaCCC": "es_spaccc_train", "CardioCCC": "es_cardioccc_dev"}


def kept_apart(shared: Path, *, development: bool) -> Iterator[tuple[str, list[Annotated]]]:
    """Yield the sets that are measured on, by name.

    Args:
        shared: The folder of data.
        development: Those that are watched while training goes on, instead of those that nothing
            was chosen by.
    """
    only = (LISTS / ("development.txt" if development else "held_out.txt"),)
    for name, stem in _SPANISH.items():
        source = TaggerSourceConfiguration(lines=shared / "ner" / f"{stem}.jsonl", only=only)
        yield name, _as_annotated(source)
    file = "train/clinical6train" if development else "gold/clinical6"
    for language in _LANGUAGES:
        path = shared / f"{file}_es-{language_name(language)}.jsonl"
        yield language, _as_annotated(TaggerSourceConfiguration(gold=path, only=only))


def _as_annotated(source: TaggerSourceConfiguration) -> list[Annotated]:
    """Read documents; medication is annotated in those of CardioCCC alone."""
    return [
        one if "cardiologia" in one.origin else replace(one, types=_TYPES)
        for one in read_annotated(source)
    ]


def measured(
    tagger: Tagger, documents: Sequence[Annotated], types: Sequence[str], *, alone: bool = False
) -> tuple[dict[str, Scores], Calibration]:
    """Return what a tagger reaches on documents, by type, and what its scores are worth.

    Args:
        tagger: The tagger.
        documents: With their gold.
        types: The entity types.
        alone: Whether it is given each sentence by itself.
    """
    gold: list[Span] = []
    predicted: list[Span] = []
    told: list[float] = []
    for annotated in documents:
        document = annotated.document
        tagged = _by_sentence(tagger, document) if alone else tagger.tag(document)
        known = {*types} if annotated.types is None else {*types} & {*annotated.types}
        kept = tuple(one for one in tagged.mentions if one.label in known)
        gold += [span for span in document_spans(document) if span.label in known]
        predicted += document_spans(replace(tagged, mentions=kept))
        scores = noted_scores(tagged)
        told += [scores[one.id] for one in kept]
    there = {span._replace(id="") for span in gold}
    right = [span._replace(id="") in there for span in predicted]
    by_type = {
        kind: score(
            *([span for span in spans if span.label == kind] for spans in (gold, predicted))
        )
        for kind in types
    }
    return by_type, calibration(told, right)


def _by_sentence(tagger: Tagger, document: Document) -> Document:
    """Tag each sentence of a document as if it stood alone."""
    mentions: list[Mention] = []
    scores: dict[str, float] = {}
    for start, end in split_sentences(document.text).tolist():
        sentence = tagger.tag(document.text[start:end], language=document.language)
        told = noted_scores(sentence)
        for one in sentence.mentions:
            place = Fragment(start + one.start, start + one.end)
            mentions.append(Mention(f"T{len(mentions) + 1}", one.label, (place,)))
            scores[mentions[-1].id] = told[one.id]
    tagged = replace(document, mentions=tuple(mentions), annotations=())
    return with_scores(tagged, scores, note=TAGGED_NOTE)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shared", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-m", "--model", "models", multiple=True, required=True, help="Repeatable.")
@click.option("--type", "types", multiple=True, default=_TYPES, show_default=True)
@click.option("--development", is_flag=True, help="The documents watched in training instead.")
@click.option("--alone", is_flag=True, help="Each sentence by itself.")
@click.option("--set", "chosen", multiple=True, help="SpaCCC, CardioCCC or a language; repeatable.")
def main(
    shared: Path,
    models: tuple[str, ...],
    types: tuple[str, ...],
    development: bool,
    alone: bool,
    chosen: tuple[str, ...],
) -> None:
    """Tell strict and character F1 of taggers by type, on what lies in SHARED.

    And how far their scores are from the share that is right, and how well they tell right from
    wrong: the expected calibration error, and the area under the ROC curve.

    60 documents of SpaCCC, 60 of CardioCCC and the translations of clinical6, of all of which
    `projector/tagging/clinical/held_out.txt` has the names.

    \b
    Example:
      python -m jobs.research.tagger_benchmark ../shared -m clinical -m runs/tagger
    """
    sets = [
        (name, documents)
        for name, documents in kept_apart(shared, development=development)
        if not chosen or name in chosen
    ]
    click.echo("\t".join(("tagger", "set", *types, "mean", "calibration error", "area")))
    for model in models:
        tagger = Tagger.from_pretrained(model)
        strict: list[float] = []
        for name, documents in sets:
            by_type, worth = measured(tagger, documents, types, alone=alone)
            told = [f"{one.strict.f1:.3f}/{one.character.f1:.3f}" for one in by_type.values()]
            means = [
                fmean(one.strict.f1 for one in by_type.values()),
                fmean(one.character.f1 for one in by_type.values()),
            ]
            strict += means[:1] if name in _LANGUAGES else []
            told.append("/".join(f"{mean:.3f}" for mean in means))
            told += [f"{worth.error:.3f}", "" if worth.area is None else f"{worth.area:.3f}"]
            click.echo("\t".join((model, name, *told)))
        if len(strict) > 1:
            click.echo(f"{model}\tmean of {len(strict)} languages, strict\t{fmean(strict):.3f}")


if __name__ == "__main__":
    main()
