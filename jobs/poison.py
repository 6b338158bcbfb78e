"""Spoil documents on purpose, in the ways that can lie on a disk."""

from __future__ import annotations

from enum import StrEnum

Files = dict[str, bytes]  # contents by path within the collection


class Fault(StrEnum):
    """What is wrong with a document; of a long and an empty one nothing is, but they are rare."""

    UNDECODABLE = "undecodable"  # its text is not UTF-8; there is no gold of it
    OUT_OF_RANGE = "out_of_range"  # one mention more, behind the text's end; the rest is right
    LONG = "long"  # a megabyte, many paragraphs
    EMPTY = "empty"  # in all languages
    MALFORMED = "malformed"  # one line more in its .ann, no BRAT; the rest is right
    UNTRANSLATED = "untranslated"  # one translation is missing, and its gold


LONG_BYTES = 1_000_000


def spread(documents: int, each: int) -> dict[int, Fault]:
    """Return which of the documents, counted from 1, get which fault: evenly spread, in turns.

    Args:
        documents: How many there are.
        each: How many of them get each fault.

    Raises:
        ValueError: There are fewer documents than faults.
    """
    kinds = tuple(Fault)
    faults = each * len(kinds)
    if faults > documents:
        raise ValueError(f"{faults} faults need as many documents, not {documents}")
    places = (1 + (2 * turn + 1) * documents // (2 * faults) for turn in range(faults))
    return {place: kinds[turn % len(kinds)] for turn, place in enumerate(places)}


def spoil(files: Files, name: str, fault: Fault, *, source: str, target: str) -> str:
    """Give a document's files a fault; a long or an empty one has it already.

    Args:
        files: Of this document; changed in place.
        name: The document's.
        fault: What to do.
        source: The language of the source.
        target: The language of which the translation goes missing.

    Returns:
        The language in which the fault is.
    """
    text, annotations = f"{source}/{name}.txt", f"{source}/{name}.ann"
    match fault:
        case Fault.UNDECODABLE:
            files[text] = _broken(files[text])
            for path in [path for path in files if path.startswith("gold/")]:
                del files[path]
        case Fault.OUT_OF_RANGE:
            end = len(files[text].decode()) + 5
            files[annotations] += f"T999999\tDISEASE {end - 10} {end}\tfiebre\n".encode()
        case Fault.MALFORMED:
            files[annotations] += b"T999999\tDISEASE from 0 to 6\tfiebre\n"
        case Fault.UNTRANSLATED:
            for path in (f"{target}/{name}.txt", *gold_paths(target, name)):
                del files[path]
            return target
    return source


def gold_paths(language: str, name: str) -> tuple[str, str]:
    """Return where a target's gold lies within a collection: its text, its annotations."""
    return f"gold/{language}/{name}.txt", f"gold/{language}/{name}.ann"


def _broken(text: bytes) -> bytes:
    """Put a byte that UTF-8 never has into the middle of a text."""
    middle = len(text) // 2
    return text[:middle] + b"\xff" + text[middle:]
