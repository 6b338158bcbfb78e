"""Pair the documents of two corpora by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from projector.corpus.language_names import without_language
from projector.errors import ConfigurationError

_SHOWN = 5  # clashes in a message


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which documents belong together.

    Args:
        pairs: (source name, target name), in the sources' order.
        unpaired_source: Names without a translation.
        unpaired_target: Names that translate nothing.
    """

    pairs: tuple[tuple[str, str], ...]
    unpaired_source: tuple[str, ...]
    unpaired_target: tuple[str, ...]


def pair_names(
    source_names: Sequence[str], target_names: Sequence[str], *, pattern: str | None = None
) -> Pairing:
    """Pair equal names, then those that differ in their language codes only.

    Args:
        source_names: The source corpus's.
        target_names: The target corpus's.
        pattern: A regular expression, searched for in each name: names pair when all its groups
            are equal, and only then. A name without a match stays unpaired.

    Raises:
        ConfigurationError: Several names of one side would pair with one of the other; or the
            pattern is wrong.
    """
    if pattern is not None:
        found = _pair_by(_groups_of(pattern), source_names, target_names)
    else:
        # A name can have another language's twin beside it: equal names come first.
        found = _pair_by(lambda name: name, source_names, target_names)
        taken = set(found.values())
        found |= _pair_by(
            without_language,
            [name for name in source_names if name not in found],
            [name for name in target_names if name not in taken],
        )
    taken = set(found.values())
    return Pairing(
        tuple((name, found[name]) for name in source_names if name in found),
        tuple(name for name in source_names if name not in found),
        tuple(name for name in target_names if name not in taken),
    )


_Key = Callable[[str], object]


def _pair_by(key: _Key, sources: Iterable[str], targets: Iterable[str]) -> dict[str, str]:
    """Return target names by source name; names whose key is None take no part."""
    of_sources, of_targets = _grouped(key, sources), _grouped(key, targets)
    shared = [each for each in of_sources if each in of_targets]
    clashes = [
        f"{' and '.join(of_sources[each])} with {' and '.join(of_targets[each])}"
        for each in shared
        if len(of_sources[each]) > 1 or len(of_targets[each]) > 1
    ]
    if clashes:
        more = f" and {len(clashes) - _SHOWN} more" if len(clashes) > _SHOWN else ""
        raise ConfigurationError(
            f"documents pair in more than one way: {'; '.join(clashes[:_SHOWN])}{more}. "
            "Give a pattern whose groups tell them apart"
        )
    return {of_sources[each][0]: of_targets[each][0] for each in shared}


def _grouped(key: _Key, names: Iterable[str]) -> dict[object, list[str]]:
    groups: dict[object, list[str]] = {}
    for name in names:
        each = key(name)
        if each is not None:
            groups.setdefault(each, []).append(name)
    return groups


def _groups_of(pattern: str) -> _Key:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(f"the pattern {pattern!r} is wrong: {error}") from error
    if not compiled.groups:
        raise ConfigurationError(
            f"the pattern {pattern!r} has no group: put what two names share in parentheses, "
            r"like -(\w+)-(\d+)$"
        )

    def key(name: str) -> object:
        match = compiled.search(name)
        return match.groups() if match else None

    return key
