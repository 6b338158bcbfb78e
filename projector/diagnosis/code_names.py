"""Look up concepts among the codes of a user's list, and call them as it does."""

from __future__ import annotations

from projector.coding.code_list import CodeList
from projector.coding.icd10 import normal_code
from projector.concepts.named_concepts import NamedConcepts
from projector.errors import ConfigurationError

_SHOWN = 10  # codes in a message


def listed_concepts(
    concepts: NamedConcepts, codes: CodeList, language: str = ""
) -> tuple[NamedConcepts, tuple[str, ...]]:
    """Return the concepts that a list has codes of, under its names, and the codes without one.

    Args:
        concepts: Of an encoder.
        codes: The user's list.
        language: In which its codes are named, where it has names in several.

    Raises:
        ConfigurationError: No concept has a code of the list.
    """
    numbers = {normal_code(code): row for row, code in enumerate(concepts.table["code"].to_list())}
    names: dict[int, str] = {}
    without: list[str] = []
    for number, code in enumerate(codes.codes):
        row = numbers.get(normal_code(code))
        if row is None:
            without.append(code)
        else:
            names[row] = codes.description(number, language)
    if not names:
        raise ConfigurationError(
            f"{codes.name}: the encoder has no concept of any of its codes, as {codes.codes[0]}; "
            f"expected codes such as {concepts.table['code'][0]}"
        )
    return concepts.among(names), tuple(without)


def told_without(codes: CodeList, without: tuple[str, ...]) -> str:
    """Say in words which codes of a list have no concept; empty where all have one."""
    if not without:
        return ""
    more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
    told = ", ".join(without[:_SHOWN]) + more
    return f"{codes.name}: of {len(codes)} codes {len(without)} have no concept: {told}"
