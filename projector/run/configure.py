"""Put together all that a run depends on, from plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from projector.errors import ConfigurationError
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from projector.settings import Settings
    from schemas.run import RunConfiguration

AnyPath = Path | str


class Options(TypedDict, total=False):
    """What `configure` takes beside corpora, model and settings."""

    source_language: str | None
    target_languages: Sequence[str]
    texts: AnyPath | None
    labels: Mapping[str, str] | None
    pattern: str | None
    tagger: AnyPath | None
    layer: int | None
    granularity: str | None
    window: int | None
    precision: str
    on_error: str
    max_characters: int | None


def configure(
    source: AnyPath,
    targets: Sequence[AnyPath],
    *,
    source_language: str | None = None,
    target_languages: Sequence[str] = (),
    texts: AnyPath | None = None,
    labels: Mapping[str, str] | None = None,
    pattern: str | None = None,
    tagger: AnyPath | None = "auto",
    model: str = DEFAULT_MODEL,
    layer: int | None = None,
    granularity: str | None = None,
    window: int | None = None,
    precision: str = "auto",
    settings: Settings | None = None,
    on_error: str = "stop",
    max_characters: int | None = None,
) -> RunConfiguration:
    """Put together all that a run depends on.

    Args:
        source: The annotated corpus.
        targets: The translations' corpora.
        source_language: The source's; None: as its path or names have it.
        target_languages: The targets', in their order, or those to take of one tree.
        texts: The folder of the source's texts, if they lie elsewhere.
        labels: New names for labels; None: the built-in ones.
        pattern: How names pair, see `pair_names`.
        tagger: The folder of an entity tagger, or predictions of one on a translation; `auto`:
            the installed one where it shares the model's pass; `none` or None: no tagger.
        model: A known name, a folder or a hub name.
        layer: See `projector.models.load`, as the next three.
        granularity: .
        window: .
        precision: .
        settings: Of aligning and decoding; None: the defaults.
        on_error: `stop` at what can't be read rightly, or `skip` it and list it.
        max_characters: Documents with more on either side fail, each for itself.

    Raises:
        ConfigurationError: A value is wrong, or the languages don't go with the targets.
    """
    from pydantic import ValidationError

    from projector.settings import Settings
    from projector.tagging.tagger_folder import default_tagger
    from schemas.run import RunConfiguration

    paths = list(targets)
    if len(paths) == 1 and len(target_languages) > 1:  # a tree that holds them all
        paths *= len(target_languages)
    codes: list[str | None] = [*target_languages] or [None] * len(paths)
    if len(codes) != len(paths):
        raise ConfigurationError(
            f"{len(paths)} targets and {len(codes)} target languages don't go together; "
            "give one language for each target, in their order"
        )
    settings = settings or Settings()
    view = {"layer": layer, "granularity": granularity, "window": window}
    own = default_tagger(model, settings, **view) if paths else None  # type: ignore[arg-type]
    values = {
        "source": _corpus(source, source_language, texts),
        "targets": [_corpus(*one) for one in zip(paths, codes, strict=True)],
        "model": {"name": model, **view, "precision": precision},
        "settings": settings,
        "pattern": pattern,
        "labels": labels,
        **_tagger(tagger, own),
        "on_error": on_error,
        "max_characters": max_characters,
    }
    try:
        return RunConfiguration.model_validate(values)
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, one['loc']))} {one['input']!r}: {one['msg']}"
            for one in error.errors(include_url=False)
        )
        raise ConfigurationError("; ".join(faults)) from error


def _tagger(path: AnyPath | None, own: str | None) -> dict[str, object]:
    """Tell a tagger from a corpus of predictions; `own` is what a projection has by itself."""
    from projector.tagging.tagger_folder import AUTO, NONE, is_tagger

    if path is None or str(path) == NONE:
        return {}
    if str(path) == AUTO:
        return {"tagger_model": own}
    return {"tagger_model": str(path)} if is_tagger(Path(path)) else {"tagger": _corpus(path)}


def _corpus(
    path: AnyPath, language: str | None = None, texts: AnyPath | None = None
) -> dict[str, str | None]:
    return {
        "path": str(path),
        "language": language,
        "texts": None if texts is None else str(texts),
    }
