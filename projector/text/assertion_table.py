"""Read the table of words that tell what is there, is not, or may be: one for all who ask.

`assertion_cues.tsv` has for each language cues that are said of what stands beside them
(`negated`, `family`, `hypothetical`, `uncertain`, with their side and reach), what only looks like
one (`pseudo`) or ends its reach (`stop`), and, without side and reach, words for whoever compares a
text with its translation:

- `negator` negates wherever it stands, `concord` does beside nothing else that does (`ninguna`);
- `carried` carries a negation on (`ni`), and `joint` may do so (`or`);
- `implied` may render a negation (`afebrile`), but for the words that `plain` lists;
- `doubter` tells a doubt, `doubtful` may render one;
- `no_doubt` and `no_negation` list two words that together do not (`sin embargo`).

All was written from general knowledge, without accents; `*` stands for any letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

CueKey = tuple[str, str, int]  # kind, side, reach
_GAP = r"[\s'’\-/]+"


class _Folded(dict[int, str]):
    """Characters without case and accents, one for each, so that offsets stay."""

    def __missing__(self, number: int) -> str:
        bare = unicodedata.normalize("NFKD", chr(number)).casefold()[:1] or chr(number)
        self[number] = bare
        return bare


_FOLDED = _Folded()


def folded(text: str) -> str:
    """Return a text without case and accents, of the same length."""
    return text.translate(_FOLDED)


@cache
def _rows() -> Mapping[str, Mapping[CueKey, list[str]]]:
    """Return the cues by language, and by what they say, their side and reach."""
    content = (files("projector.text") / "assertion_cues.tsv").read_text(encoding="utf-8")
    rows: dict[str, dict[CueKey, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in content.splitlines()[1:]:
        language, kind, side, reach, cue = line.split("\t")
        rows[language][kind, side, int(reach)].append(cue)
    return rows


def assertion_rows(language: str) -> Mapping[CueKey, Sequence[str]] | None:
    """Return a language's cues by what they say, their side and reach; None of an unknown one."""
    return _rows().get({"cz": "cs"}.get(language, language))


def cue_pattern(cues: Iterable[str]) -> re.Pattern[str]:
    """Return what matches any of some cues in a folded text, the longest first."""
    words = [
        _GAP.join(re.escape(word).replace(r"\*", r"\w*") for word in cue.split())
        for cue in sorted(cues, key=lambda cue: (-len(cue), cue))
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
