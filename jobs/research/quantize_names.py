"""Make the file of the embedded list's name vectors that is installed with a retriever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from projector.coding.code_list import EMBEDDED
from projector.coding.load import configured_codes, first_stage
from projector.coding.retrieval.bi_encoder import DenseIndex, distinct_names, load_bi_encoder
from projector.coding.retrieval.name_vectors import INSTALLED, encoded
from projector.coding.retrieval.quantized_names import QuantizedNames
from schemas.coding import CodingConfiguration

_SAMPLE = 500  # queries that exact and quantised vectors are compared by


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-m", "--model", default="retriever", show_default=True, help="The retriever.")
@click.option("--bytes", "parts", default=64, show_default=True, help="Of each name's vector.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path(INSTALLED))
def main(model: str, parts: int, output: Path) -> None:
    """Encode the names of ICD-10-CM and write them to OUTPUT, each in a few bytes.

    Tells its size, how near vectors stay to what they were, and how often what is nearest to a
    changed name stays first and among ten.

    \b
    Example:
      python -m jobs.research.quantize_names -o projector/coding/retriever/icd10cm_names.safetensors
    """
    chosen = CodingConfiguration(model=model)
    codes = configured_codes(chosen, Path())
    encoder = load_bi_encoder(Path(first_stage(chosen, Path())))
    names = distinct_names(codes)
    exact = encoded(names, encoder, EMBEDDED, progress=_counted)
    index = QuantizedNames.of(names, exact, encoder.fingerprint, parts=parts)
    index.write(output)
    nearly = index.vectors(index.rows_of(names))
    click.echo(f"{len(names)} names, {output.stat().st_size / 1e6:.1f} MB")
    click.echo(f"mean cosine with what they were {(nearly * exact).sum(1).mean():.4f}")
    step = max(1, len(names) // _SAMPLE)
    queries = [f"severe {name}" for name in names[::step]]
    first, second = (
        DenseIndex(codes, encoder, vectors).find(queries, 10).codes for vectors in (exact, nearly)
    )
    click.echo(f"the same code first {(first[:, 0] == second[:, 0]).mean():.3f}")
    click.echo(f"the first among ten {(second == first[:, :1]).any(1).mean():.3f}")


def _counted(starts: Sequence[int]) -> Iterator[int]:
    with click.progressbar(starts, label="names") as shown:
        yield from shown


if __name__ == "__main__":
    main()
