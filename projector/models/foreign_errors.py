"""Turn what libraries raise over a model's folder into messages: they raise whatever they like.

`tokenizers` raises bare `Exception`, and where its Rust code panics a `PanicException`, which is no
`Exception` at all; transformers and torch raise what Python itself would, from a `KeyError` to a
`ZeroDivisionError`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projector.errors import ModelError, ProjectorError, is_panic

EXPECTED = "a folder as transformers saves it, with config.json, model.safetensors, tokenizer.json"
_LONGEST = 200  # characters of a reason


def reason_of(error: BaseException) -> str:
    """Return what an error says, on one line and not without end."""
    lines = [line.strip() for line in str(error).strip().splitlines()]
    reason = lines[0] if lines else type(error).__name__
    if reason.endswith(":") and len(lines) > 1:
        reason = f"{reason} {lines[1]}"
    if isinstance(error, KeyError):
        reason = f"there is no {reason}"
    elif not isinstance(error, (OSError, ValueError, RuntimeError)) and lines:
        reason = f"{type(error).__name__}: {reason}"
    return reason if len(reason) <= _LONGEST else f"{reason[: _LONGEST - 1]}…"


@contextmanager
def foreign_reading(
    where: Path | str, expected: str = EXPECTED, *, file: str = ""
) -> Iterator[None]:
    """Raise whatever a library raises in the block as a `ModelError`.

    Args:
        where: What is read: a file, or in words.
        expected: What should have been there.
        file: The file's name, where `where` doesn't tell it.
    """
    try:
        yield
    except ProjectorError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise  # an interrupt
        told = f"{where}:" if isinstance(where, Path) else where
        reason = f"{file}: {reason_of(error)}" if file else reason_of(error)
        raise ModelError(f"{told} can't be read ({reason}); expected {expected}") from error


@contextmanager
def quiet_panics() -> Iterator[None]:
    """Keep a panic of Rust's from writing its own report, with a backtrace, on stderr.

    What else is written there meanwhile, by whomever, comes at the end.
    """
    sys.stderr.flush()
    panicked = False
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            panicked = is_panic(error)
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            if not panicked:
                os.write(2, held.read())
