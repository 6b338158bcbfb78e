"""Fit what a tagger's probabilities are worth, and write it to its folder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from jobs.research.tagger_benchmark import kept_apart
from projector.storage.atomic_file import atomic_write
from projector.tagging.tagger import Tagger
from projector.tagging.tagger_folder import TAGGER_FILE, TaggerFolder
from projector.training.tagger.calibrate import fit_calibration, judged_spans


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shared", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-m", "--model", required=True, help="The tagger.")
@click.option("--set", "chosen", multiple=True, help="SpaCCC, CardioCCC or a language; repeatable.")
@click.option("--write", is_flag=True, help="Write it to the tagger's folder.")
def main(shared: Path, model: str, chosen: tuple[str, ...], write: bool) -> None:
    """Fit how often a tagger's spans are right on the documents that are watched in training.

    What `projector train tagger` does by itself with its development data, for a tagger that was
    trained without, or before. --set leaves out what a tagger did learn from.

    \b
    Example:
      python -m jobs.research.calibrate_tagger ../shared -m clinical \\
          --set CardioCCC --set nl --set sv --set ro --set cs
    """
    tagger = Tagger.from_pretrained(model)
    documents = [
        one
        for name, some in kept_apart(shared, development=True)
        if not chosen or name in chosen
        for one in some
    ]
    judged = judged_spans(
        (one, tagger.found(tagger.encoder.tokenize(one.document.text))) for one in documents
    )
    scales = fit_calibration(judged)
    click.echo("type\tspans\tright\ttimes\tplus")
    for label, (likely, right) in judged.items():
        factor, added = scales.get(label, (1.0, 0.0))
        click.echo(f"{label}\t{len(likely)}\t{right.mean():.3f}\t{factor:.4f}\t{added:.4f}")
    if write:
        path = TaggerFolder.read(Path(model)).path / TAGGER_FILE
        said = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps({**said, "calibration": scales}, indent=1, ensure_ascii=False)
        atomic_write(path, text.encode())


if __name__ == "__main__":
    main()
