"""Resolve what a user said of a run: the tagger that is meant, a tree of several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from projector.errors import ConfigurationError, CorpusError, Problem, counted
from projector.tagging.tagger_folder import AUTO, NONE, SHIPPED, default_tagger, is_tagger
from schemas.options import field_options, nested, overlaid
from schemas.run import CorpusConfiguration, RunConfiguration
from schemas.validation import read_content, validated

AnyPath = Path | str

_RESOLVED = ("source_language", "target_languages", "texts", "labels", "tagger", "settings")


def configure(
    source: AnyPath | None = None,
    targets: Sequence[AnyPath] = (),
    *,
    file: Path | None = None,
    **options: Any,  # noqa: ANN401
) -> RunConfiguration:
    """Put together all that a run depends on.

    Args:
        source: The annotated corpus; None: the file's.
        targets: The translations' corpora; none: the file's.
        file: Says in TOML what the options leave unsaid, see `RunConfiguration`; its paths are
            relative to it. What neither says has the configuration's own default.
        options: Those that `RunConfiguration` states (`model`, `layer`, `granularity`, `window`,
            `precision`, `pattern`, `on_error`, `max_characters`, `no_audit`, `trust_pairs`), and:
            `source_language`, the source's; None: as its path or names have it;
            `target_languages`, the targets' in their order, or those to take of one tree;
            `texts`, the folder of the source's texts, if they lie elsewhere;
            `labels`, new names for labels; None: the built-in ones;
            `tagger`, the folder of an entity tagger, or predictions of one on a translation;
            `auto`, as where there is no file: the installed one where it shares the model's pass;
            `none` or None: no tagger;
            `settings` of aligning and decoding; None: the defaults.

    Raises:
        ConfigurationError: A value is wrong, or the languages don't go with the targets.
        CorpusError: The tagger is nowhere.
        TypeError: There is no such option.
    """
    _check_known(options)
    content = overlaid(
        {} if file is None else _read_located(file), nested(RunConfiguration, options)
    )
    content["source"] = _corpus(
        source or content.get("source"),
        language=options.get("source_language"),
        texts=options.get("texts"),
    )
    content["targets"] = _targets(
        targets or content.get("targets", ()), options.get("target_languages", ())
    )
    if options.get("labels") is not None:
        content["labels"] = options["labels"]
    settings = options.get("settings")
    if isinstance(settings, Mapping):
        under = content.get("settings", {})  # what is no table is for the configuration to refuse
        content["settings"] = overlaid(under, settings) if isinstance(under, Mapping) else under
    elif settings is not None:
        content["settings"] = settings
    configuration = validated(RunConfiguration, content, file or "")
    if file is None:
        options = {"tagger": AUTO, **options}
    if "tagger" not in options:
        return configuration
    return configuration.model_copy(update=_tagger(options["tagger"], configuration))


def _check_known(options: Mapping[str, object]) -> None:
    known = [*(option.keyword for option in field_options(RunConfiguration)), *_RESOLVED]
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, 1) or known
            raise TypeError(f"there is no option {name!r}; there is {', '.join(near)}")


def _corpus(
    said: object, *, language: str | None = None, texts: AnyPath | None = None
) -> dict[str, Any] | None:
    """Return a corpus's content, with what an option says of it over what a file does."""
    if said is None:
        return None
    if isinstance(said, Mapping):
        content = dict(said)
    else:  # a path, or what the configuration itself refuses
        content = {"path": str(said) if isinstance(said, (str, Path)) else said}
    if language is not None:
        content["language"] = language
    if texts is not None:
        content["texts"] = str(texts)
    return content


def _targets(targets: object, languages: Sequence[str]) -> object:
    """Return the targets' content; one that is a tree of several languages is several.

    What is no list is left for the configuration to refuse.
    """
    if not isinstance(targets, (list, tuple)):
        return targets
    if len(targets) == 1 and len(languages) > 1:
        targets = [*targets] * len(languages)
    codes: list[str | None] = [*languages] or [None] * len(targets)
    if len(codes) != len(targets):
        raise ConfigurationError(
            f"{counted(len(targets), 'target')} and {counted(len(codes), 'target language')} "
            "don't go together; give "
            "one --target-language (target_languages) for each target, in their order"
        )
    return [_corpus(target, language=code) for target, code in zip(targets, codes, strict=True)]


def _tagger(said: AnyPath | None, configuration: RunConfiguration) -> dict[str, object]:
    """Tell a tagger from a corpus of predictions, and which one is meant by `auto`.

    Raises:
        CorpusError: It is neither.
    """
    none: dict[str, object] = {"tagger": None, "tagger_model": None}
    if said is None or str(said) == NONE:
        return none
    if str(said) == AUTO:
        installed = default_tagger(configuration.model, configuration.settings)
        return {**none, "tagger_model": installed if configuration.targets else None}
    if is_tagger(Path(said)):
        return {**none, "tagger_model": str(said)}
    if not Path(said).exists():
        expected = (
            f"auto, none, {SHIPPED}, the folder of a run of `projector train tagger`, or a corpus "
            "of predictions (--tagger)"
        )
        raise CorpusError(Problem(Path(said), None, "nothing is there", expected))
    return {**none, "tagger": CorpusConfiguration(path=str(said))}


def _read_located(file: Path) -> dict[str, Any]:
    """Read a configuration's file; paths in it are relative to it.

    Raises:
        ConfigurationError: It can't be read, or holds what is no configuration, even where an
            option would go before it.
    """
    content, folder = read_content(file), file.parent
    validated(RunConfiguration, content, file)
    for name in ("source", "tagger"):
        if name in content:
            content[name] = _located(content[name], folder)
    if isinstance(content.get("targets"), list):
        content["targets"] = [_located(target, folder) for target in content["targets"]]
    model = content.get("model")
    for table, key in (
        (content, "tagger_model"),
        (model if isinstance(model, dict) else {}, "name"),
    ):
        said = table.get(key)
        if isinstance(said, str) and (folder / said).exists():  # else it may be an installed one
            table[key] = str(folder / said)
    return content


def _located(corpus: object, folder: Path) -> object:
    if isinstance(corpus, str):
        return str(folder / corpus)
    if not isinstance(corpus, dict):
        return corpus
    paths = {
        key: str(folder / corpus[key])
        for key in ("path", "texts")
        if isinstance(corpus.get(key), str)
    }
    return {**corpus, **paths}
