"""Write a BRAT document's two files as they are given, and read them."""

from pathlib import Path

from projector.corpus.formats.brat_read import read_brat
from projector.corpus.reading import Reading


def read(folder: Path, text: str | bytes, annotations: str | bytes | None, **options) -> Reading:
    folder.mkdir(parents=True, exist_ok=True)
    text = text.encode() if isinstance(text, str) else text
    (folder / "doc.txt").write_bytes(text)
    if annotations is None:
        return read_brat(folder / "doc.txt", **options)
    annotations = annotations.encode() if isinstance(annotations, str) else annotations
    (folder / "doc.ann").write_bytes(annotations)
    return read_brat(folder / "doc.txt", folder / "doc.ann", **options)
