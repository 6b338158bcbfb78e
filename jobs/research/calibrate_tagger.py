"""Fit from where on a tagger's spans are told and what they are worth; write it to its folder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from jobs.research.tagger_benchmark import kept_apart
from projector.storage.atomic_file import atomic_write
from projector.tagging.tagger import Tagger
from projector.tagging.tagger_folder import TAGGER_FILE, TaggerFolder
from projector.training.tagger.calibrate import fit_calibration, judged_spans
from projector.training.tagger.data import Annotated
from projector.training.tagger.measure import ScoredDocument, measure


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shared", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-m", "--model", required=True, help="The tagger.")
@click.option("--set", "chosen", multiple=True, help="SpaCCC, CardioCCC or a language; repeatable.")
@click.option("--write", is_flag=True, help="Write it to the tagger's folder.")
def main(shared: Path, model: str, chosen: tuple[str, ...], write: bool) -> None:
    """Fit to documents watched in training which spans a tagger tells, and its scores.

    What `projector train tagger` does by itself with its development data, for a tagger that was
    trained without, or before. --set leaves out what a tagger did learn from.

    \b
    Example:
      python -m jobs.research.calibrate_tagger ../shared -m clinical \\
          --set CardioCCC --set nl --set sv --set ro --set cs
    """
    tagger = Tagger.from_pretrained(model)
    sets = {
        name: [_scored(tagger, one) for one in some]
        for name, some in kept_apart(shared, development=True)
        if not chosen or name in chosen
    }
    best = measure(tagger.head, tagger.types, sets)
    judged = judged_spans(
        (one.annotated, spans)
        for name, documents in sets.items()
        for one, spans in zip(documents, best.found[name], strict=True)
    )
    scales = fit_calibration(judged)
    click.echo(f"told from a probability of {best.min_probability} on: strict F1 {best.score:.4f}")
    click.echo("type\tspans\tright\ttimes\tplus")
    for label, (likely, right) in judged.items():
        factor, added = scales.get(label, (1.0, 0.0))
        click.echo(f"{label}\t{len(likely)}\t{right.mean():.3f}\t{factor:.4f}\t{added:.4f}")
    if write:
        path = TaggerFolder.read(Path(model)).path / TAGGER_FILE
        said = json.loads(path.read_text(encoding="utf-8"))
        said |= {"min_probability": best.min_probability, "calibration": scales}
        text = json.dumps(said, indent=1, ensure_ascii=False)
        atomic_write(path, text.encode())


def _scored(tagger: Tagger, annotated: Annotated) -> ScoredDocument:
    tokens = tagger.encoder.tokenize(annotated.document.text)
    return ScoredDocument(annotated, tokens.offsets, tagger.scores(tokens))


if __name__ == "__main__":
    main()
