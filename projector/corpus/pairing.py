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
        target_of = _pair_by_key(_pattern_key(pattern), source_names, target_names)
    else:
        target_of = _pair_by_name(source_names, target_names)
    paired_targets = set(target_of.values())
    return Pairing(
        tuple((name, target_of[name]) for name in source_names if name in target_of),
        tuple(name for name in source_names if name not in target_of),
        tuple(name for name in target_names if name not in paired_targets),
    )


def _pair_by_name(sources: Sequence[str], targets: Sequence[str]) -> dict[str, str]:
    # A name can have another language's twin beside it: equal names come first.
    target_of = _pair_by_key(lambda name: name, sources, targets)
    paired_targets = set(target_of.values())
    return target_of | _pair_by_key(
        without_language,
        [name for name in sources if name not in target_of],
        [name for name in targets if name not in paired_targets],
    )


_Key = Callable[[str], object]


def _pair_by_key(key_of: _Key, sources: Iterable[str], targets: Iterable[str]) -> dict[str, str]:
    """Return target names by source name; names whose key is None take no part."""
    sources_by_key, targets_by_key = _names_by_key(key_of, sources), _names_by_key(key_of, targets)
    shared_keys = [key for key in sources_by_key if key in targets_by_key]
    clashes = [
        f"{' and '.join(sources_by_key[key])} with {' and '.join(targets_by_key[key])}"
        for key in shared_keys
        if len(sources_by_key[key]) > 1 or len(targets_by_key[key]) > 1
    ]
    if clashes:
        omitted = f" and {len(clashes) - _SHOWN} more" if len(clashes) > _SHOWN else ""
        raise ConfigurationError(
            f"documents pair in more than one way: {'; '.join(clashes[:_SHOWN])}{omitted}. "
            "Give --pattern, a regular expression whose groups tell them apart"
        )
    return {sources_by_key[key][0]: targets_by_key[key][0] for key in shared_keys}


def _names_by_key(key_of: _Key, names: Iterable[str]) -> dict[object, list[str]]:
    groups: dict[object, list[str]] = {}
    for name in names:
        key = key_of(name)
        if key is not None:
            groups.setdefault(key, []).append(name)
    return groups


def _pattern_key(pattern: str) -> _Key:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(
            f"the pattern {pattern!r} (--pattern) is wrong: {error}"
        ) from error
    if not compiled.groups:
        raise ConfigurationError(
            f"the pattern {pattern!r} (--pattern) has no group: put what two names share in "
            "parentheses, "
            r"like -(\w+)-(\d+)$"
        )

    def key(name: str) -> object:
        match = compiled.search(name)
        return match.groups() if match else None

    return key
