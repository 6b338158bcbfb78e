"""Take one text or table from the standard input, where `-` stands for a corpus."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

import click

DASH = Path("-")


def from_stdin(path: Path, kind: Literal["text", "table", "either"]) -> Path:
    """Return a path, or for `-` that of a file with what comes from the standard input.

    The file is gone when the command ends, and nobody else may read it before.

    Args:
        path: As the user gave it.
        kind: What is wanted. A text becomes the only document of a folder, called `stdin`; a table
            may also be JSON Lines.

    Raises:
        click.UsageError: Nothing comes, or it was taken before.
    """
    if path != DASH:
        return path
    context = click.get_current_context()
    if context.meta.setdefault("projector.stdin", False):
        raise click.UsageError("only one of them can be -, the standard input")
    context.meta["projector.stdin"] = True
    content = sys.stdin.buffer.read()
    if not content.strip():
        raise click.UsageError("- is the standard input, and nothing comes from there")
    # Of digits alone: another name might be taken for a language's.
    folder = Path(tempfile.gettempdir(), f"projector-{secrets.token_hex(8)}", "stdin")
    folder.parent.mkdir(mode=0o700)
    context.call_on_close(lambda: shutil.rmtree(folder.parent, ignore_errors=True))
    folder.mkdir()
    file = folder / f"stdin{_suffix(content, kind)}"
    file.write_bytes(content)
    if file.suffix == ".tsv" and kind == "either" and not _is_table(file):
        file = file.rename(folder / "stdin.txt")
    return folder if file.suffix == ".txt" else file


def _suffix(content: bytes, kind: str) -> str:
    if kind == "text":
        return ".txt"
    return ".jsonl" if content.lstrip().startswith(b"{") and kind == "table" else ".tsv"


def _is_table(file: Path) -> bool:
    from projector.corpus.formats.tsv_dialects import read_columns
    from projector.errors import CorpusError

    try:
        read_columns(file)
    except CorpusError:
        return False
    return True
