"""Refuse a target whose language nobody has said, and say which one it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from projector.corpus.language_names import UNKNOWN_LANGUAGE
from projector.errors import ConfigurationError, CorpusError

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from schemas.run import CorpusConfiguration

_ENOUGH = 2_000  # characters that tell a language
_LOOKED_AT = 20  # documents at most
_FEWEST_LETTERS = 40
_SURE = 0.5  # it is a hint, for the user to take or leave


def refuse_unknown_language(target: Corpus, chosen: CorpusConfiguration) -> None:
    """Refuse a target in a language that neither the user nor a path nor a name says.

    What is written of it would be called `und`, and its words would be nobody's.

    Args:
        target: The corpus as it was opened.
        chosen: What the user said of it.

    Raises:
        ConfigurationError: It is.
    """
    if chosen.language is not None or target.language != UNKNOWN_LANGUAGE:
        return
    looks_like = _looks_like(target)
    shown = f"; by its words it is in {looks_like}" if looks_like else ""
    raise ConfigurationError(
        f"{target.path}: nothing says which language this target is in: there is no code in its "
        f"path or its documents' names{shown}. Say it by --target-language {looks_like or 'CODE'} "
        "(target_languages), one for each target, in their order"
    )


def _looks_like(corpus: Corpus) -> str:
    """Return the language that a corpus's texts are in; empty where they don't tell."""
    sample = ""
    for text in islice(_texts(corpus), _LOOKED_AT):
        sample += f" {text[: _ENOUGH - len(sample)]}"
        if len(sample) >= _ENOUGH:
            break
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return ""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # slow to load

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    language, share = identifier.classify(sample)
    return str(language) if share >= _SURE else ""


def _texts(corpus: Corpus) -> Iterator[str]:
    for name in corpus.names:
        try:
            yield corpus.text(name)
        except CorpusError:  # told when the run gets there
            continue
