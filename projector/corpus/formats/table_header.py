"""Tell from a header what columns are: by the shared tasks' names, or by others in use."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

NEEDED = ("filename", "label", "start", "end", "text")

# What the shared tasks call a column, and what it is.
_TASK_NAMES = {
    "filename": "filename",
    "name": "filename",
    "label": "label",
    "tag": "label",
    "start_span": "start",
    "off0": "start",
    "end_span": "end",
    "off1": "end",
    "text": "text",
    "span": "text",
    "mark": "id",
    "ann_id": "id",
    "code": "code",
    "note": "note",
}
# What others do; each role's names from the surest to the least sure.
_OTHER_NAMES = {
    "filename": "filename file file_name file_id document document_id document_name doc doc_id "
    "doc_name docid documentid name tweets_id tweet_id note_id text_id archivo fichero documento",
    "label": "label tag type entity_type entity ent_type mention_type category class "
    "entity_label ner_tag etiqueta tipo categoria entidad",
    "start": "start_span start off0 begin start_offset offset_start start_char char_start "
    "begin_offset begin_char span_start start_pos start_position start_index from inicio",
    "end": "end_span end off1 stop end_offset offset_end end_char char_end stop_offset span_end "
    "end_pos end_position end_index finish to fin",
    "text": "text span extraction mention mention_text surface surface_form covered_text "
    "entity_text span_text matched_text string phrase term value texto mencion entidad entity",
    "id": "mark ann_id annotation_id mention_id entity_id",
    "code": "code codes codigo",
    "note": "note notes comment comments nota",
}


def roles_of(names: Sequence[str], stated: Mapping[str, str]) -> dict[str, int]:
    """Return which column has which role, as far as its name tells.

    Names of the shared tasks count as they are; only where a needed column lacks one are others
    taken, whatever their case and blanks.

    Args:
        names: Of the columns.
        stated: What a role's column is called, as the user says; it goes before all else.
    """
    roles = {role: index for role, name in stated.items() for index in _named(name, names)}
    known = {**roles, **_first(((_TASK_NAMES.get(name), i) for i, name in enumerate(names)), roles)}
    if known.keys() >= {*NEEDED} - ({"start", "end"} if "ranges" in known else set()):
        return known
    return {**roles, **_guessed([_plain(name) for name in names], roles)}


def _named(name: str, names: Sequence[str]) -> list[int]:
    """Return the column of a name, or with none so called of a number, as a list of one or none."""
    for key in (str, _plain):
        found = [index for index, other in enumerate(names) if key(other) == key(name)]
        if found:
            return found[:1]
    number = int(name) if name.isdecimal() else 0
    return [number - 1] if 0 < number <= len(names) else []


def _first(columns: Iterable[tuple[str | None, int]], taken: Mapping[str, int]) -> dict[str, int]:
    """Return the first column of each role that is not taken, of columns that are not either."""
    roles: dict[str, int] = {}
    for role, index in columns:
        if role is not None and role not in taken and index not in taken.values():
            roles.setdefault(role, index)
    return roles


def _guessed(names: Sequence[str], taken: Mapping[str, int]) -> dict[str, int]:
    """Return roles by the surest name that each has here; a column has one role."""
    roles: dict[str, int] = {}
    free = [index for index in range(len(names)) if index not in taken.values()]
    ranked = sorted(
        (rank, role, index)
        for role, known in _OTHER_NAMES.items()
        if role not in taken
        for rank, name in enumerate(known.split())
        for index in free
        if names[index] == name
    )
    for _, role, index in ranked:
        if role not in roles and index not in roles.values():
            roles[role] = index
    return roles


def _plain(name: str) -> str:
    """Return a name in lower case, without accents, its words joined by underscores."""
    bare = unicodedata.normalize("NFKD", name.strip("\ufeff \t\"'"))
    letters = "".join(one for one in bare if not unicodedata.combining(one)).casefold()
    return "_".join(letters.replace("-", " ").replace("_", " ").replace(".", " ").split())
