"""Damage files as disks, editors, other programs and attackers do: by seed, always the same."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

_PIECES = (
    *(b"\x00", b"\xff", b"\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe9", b"\xff\xfe"),
    *(b"\n", b"\r", b"\r\n", b"\t", b'"', b"'", b" ", b"\x1a", b"\\", b"\x85", b"\xe2\x80\xa8"),
    *(b"-", b"0", b"9" * 25, b"9" * 5000, b"1.5", b"1e999", b"NaN", b";", b",", b"{", b"[", b"]"),
)
_CELLS = (
    *("", " ", "0", "-1", "-0", "00", "1.5", "2.0", "1e5", "nan", "inf", "9" * 20, "9" * 400),
    *("9" * 5000, "\u0663", "T1", "T0", "R1", "#1", "*", "x\x00y", '"', '"a', "a\tb", "None"),
    *("DISEASE", "0 5", "0 5;3 8", "5 0", "0 0", "-1 3", "0 99999", "../x", "\ufeff", "\u2028"),
    *("é", "e\u0301", "\U0001f912", "a" * 300, "A1\tNegated T9", "code", "label"),
)
# What JSON can't hold is put in behind: the token is what the text has in its place.
_RAW = {
    "@huge@": "9" * 5000,
    "@infinite@": "1e999",
    "@deep@": "[" * 3000 + "]" * 3000,
    "@deeper@": '{"a":' * 400 + "1" + "}" * 400,
    "@half@": '"\\ud800"',
    "@nan@": "NaN",
    "@infinity@": "-Infinity",
    "@repeated@": '{"label": "A", "label": "B"}',
    "@open@": '"',
}
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 3, 1.5, 2.0, -0.0, 10**6, 10**30, -(10**30)),
    *("", "x", "0", "\x00", "\ufeff", "\u2028", "é", "../x", "a" * 400),
    *([], [[]], {}, [None], [0], [0, 1], [1, 0], [0, 0], [-1, 2], [0, 1, 2, 3, 4], {"a": 1}),
    *([True, False], ["0", "1"], [0.5, 1.5], [[0, 1], [0, 1]], [[0, 3], [2, 5]]),
    *_RAW,
)


def mutated_bytes(data: bytes, seed: int) -> bytes:
    """Return data with one to four places changed, cut, doubled or filled with something odd."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(_ON_BYTES)(data, chance)
    return data


def _flipped(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _replaced(data: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(data, chance)
    return data[:start] + chance.choice(_PIECES) + data[end:]


def _inserted(data: bytes, chance: random.Random) -> bytes:
    at = chance.choice((0, len(data), chance.randint(0, len(data))))
    return data[:at] + chance.choice(_PIECES) + data[at:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(data, chance)
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(data, chance)
    return data[:end] + data[start:end] + data[end:]


def _truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _stretch(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.randint(0, 12))


_ON_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flipped, _flipped, _replaced, _inserted, _inserted, _cut, _doubled, _truncated),
)


def mutated_cells(lines: Sequence[str], seed: int, separator: str = "\t") -> list[str]:
    """Return lines of cells with cells changed, and lines lost, doubled or moved."""
    chance = random.Random(seed)
    changed = list(lines)
    for _ in range(chance.randint(1, 3)):
        number = chance.randrange(len(changed)) if changed else 0
        what = chance.randrange(10)
        if not changed:
            changed.append("")
        elif what == 0:
            del changed[number]
        elif what == 1:
            changed.insert(number, chance.choice(changed))
        elif what == 2:
            chance.shuffle(changed)
        else:
            cells = changed[number].split(separator)
            _change_cell(cells, chance)
            changed[number] = separator.join(cells)
    return changed


def _change_cell(cells: list[str], chance: random.Random) -> None:
    number, what = chance.randrange(len(cells)), chance.randrange(8)
    if what == 0:
        del cells[number]
    elif what == 1:
        cells.insert(number, chance.choice(_CELLS))
    elif what == 2:
        cells[number] += chance.choice(_CELLS)
    elif what == 3:
        words = cells[number].split(" ")
        words[chance.randrange(len(words))] = chance.choice(_CELLS)
        cells[number] = " ".join(words)
    else:
        cells[number] = chance.choice(_CELLS)


def mutated_json(value: object, seed: int) -> str:
    """Return a value as JSON with parts changed, lost, doubled, or of another kind."""
    chance = random.Random(seed)
    changed = json.loads(json.dumps(value))
    for _ in range(chance.randint(1, 3)):
        changed = _changed_part(changed, chance)
    text = json.dumps(changed, ensure_ascii=chance.random() < 0.5)
    for token, raw in _RAW.items():
        text = text.replace(json.dumps(token), raw)
    if chance.random() < 0.1:  # a key twice
        text = text[:1] + text[1:].split(",", 1)[0] + "," + text[1:]
    return text


def _changed_part(value: Any, chance: random.Random) -> Any:
    """Return a value with one part of it changed, down to any depth."""
    inner = list(value) if isinstance(value, dict) else list(range(_length(value)))
    if not inner or chance.random() < 0.15:
        return copy.deepcopy(chance.choice(_VALUES))
    key = chance.choice(inner)
    what = chance.randrange(8)
    if what == 0:
        del value[key]
    elif what == 1 and isinstance(value, list):
        value.insert(key, value[chance.choice(inner)])
    elif what == 2:
        value[key] = value[chance.choice(inner)]
    elif what == 3 and isinstance(value, dict):
        value[chance.choice(("x", key.upper(), f"{key} "))] = value.pop(key)
    else:
        value[key] = _changed_part(value[key], chance)
    return value


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
