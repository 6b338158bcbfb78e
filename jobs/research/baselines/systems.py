"""Offer every baseline under its name, ready to project documents and to link sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.research.baselines import lexical
from jobs.research.baselines.baseline import Baseline, import_package
from jobs.research.baselines.spans import project_spans
from jobs.research.baselines.weights import embedded_folder, readable_folder
from projector.document import DocumentPair, Fragment
from projector.errors import ConfigurationError, ModelError

if TYPE_CHECKING:
    from projector.corpus.formats.gold_jsonl import GoldSentence

ALL = "all"
Builder = Callable[[Path, int, str], Baseline]


@dataclass(frozen=True, slots=True)
class System:
    """What is measured.

    Args:
        project: From a pair to fragments and score by mention id; baselines give no scores (0).
        link: From tokenised sentences to their word links; None where it has none.
    """

    project: Callable[[DocumentPair], dict[str, tuple[tuple[Fragment, ...], float]]]
    link: Callable[[Sequence[GoldSentence]], list[frozenset[tuple[int, int]]]] | None


def _simalign(method: str, folder: Path, layer: int, device: str) -> Baseline:
    from jobs.research.baselines.sim_align import SimAlign

    return SimAlign(folder, layer=layer, method=method, device=device)


def _ctfalign(method: str, mode: str, folder: Path, layer: int, device: str) -> Baseline:
    from jobs.research.baselines.ctf_align import CtfAlign

    return CtfAlign(folder, layer=layer, method=method, mode=mode, device=device)


def _awesome(folder: Path, layer: int, device: str) -> Baseline:
    from jobs.research.baselines.awesome_align import AwesomeAlign

    return AwesomeAlign(folder, layer=layer, device=device)


_BUILDERS: dict[str, Builder] = {
    "simalign-argmax": partial(_simalign, "argmax"),
    "simalign-itermax": partial(_simalign, "itermax"),
    "simalign-mwmf": partial(_simalign, "mwmf"),
    "ctfalign-argmax": partial(_ctfalign, "ctfalign", "argmax"),
    "ctfalign-itermax": partial(_ctfalign, "ctfalign", "itermax"),
    "mdpalign-argmax": partial(_ctfalign, "mdpalign-fuzzy", "argmax"),
    "awesome-align": _awesome,
}
BASELINES = (*_BUILDERS, lexical.NAME)


def chosen_baselines(names: Iterable[str]) -> list[str]:
    """Return the baselines that are meant: by name, by the name of a family (`simalign`), or `all`.

    Raises:
        ConfigurationError: No baseline is called so.
    """
    chosen: set[str] = set()
    for name in names:
        matching = {
            baseline
            for baseline in BASELINES
            if name == ALL or baseline == name or baseline.startswith(f"{name}-")
        }
        if not matching:
            raise ConfigurationError(
                f"no peer is called {name!r}; expected {ALL} or one of {', '.join(BASELINES)}"
            )
        chosen |= matching
    return [baseline for baseline in BASELINES if baseline in chosen]


def load_baselines(
    names: Iterable[str],
    *,
    folder: Path | None = None,
    layer: int | None = None,
    device: str = "cpu",
) -> dict[str, System]:
    """Load baselines by name, all on the same weights and the same layer.

    Args:
        names: See `chosen_baselines`.
        folder: A transformers folder; None: the embedded default model's.
        layer: Hidden layer to read, 0 being the embeddings; None: the default model's own.
        device: Where they run; the default is the CPU, as for all baselines' own users.

    Raises:
        ConfigurationError: There is no such baseline, or its package is not installed.
        ModelError: There are no weights, or the layer of a folder of one's own is not said.
    """
    chosen = chosen_baselines(names)
    systems = {}
    if chosen != [lexical.NAME]:
        from projector.models.pretrained import quiet_loading, refuse_code, weight_files

        import_package("galechurch")  # pairs sentences; to be missed now, not within the first set
        weights_folder, layer_read = _weights(folder, layer)
        refuse_code(weights_folder)  # some of these packages ask, and would run it
        weight_files(weights_folder)
        with quiet_loading(), readable_folder(weights_folder) as readable:
            for name in chosen:
                if name in _BUILDERS:
                    systems[name] = system_of(_BUILDERS[name](readable, layer_read, device))
    if lexical.NAME in chosen:
        systems[lexical.NAME] = System(_match, None)
    return systems


def system_of(baseline: Baseline) -> System:
    """Wrap a baseline for measuring."""

    def project(pair: DocumentPair) -> dict[str, tuple[tuple[Fragment, ...], float]]:
        return {id_: ((span,), 0.0) for id_, span in project_spans(baseline, pair).items()}

    def link(sentences: Sequence[GoldSentence]) -> list[frozenset[tuple[int, int]]]:
        links_of_sentences = baseline.align(
            [one.source for one in sentences], [one.target for one in sentences]
        )
        return [frozenset(links) for links in links_of_sentences]

    return System(project, link)


def _match(pair: DocumentPair) -> dict[str, tuple[tuple[Fragment, ...], float]]:
    return {id_: ((span,), 0.0) for id_, span in lexical.match_mentions(pair).items()}


def _weights(folder: Path | None, layer: int | None) -> tuple[Path, int]:
    """Return where the weights are and which layer is read."""
    from projector.models.catalogue import find_entry
    from projector.settings import DEFAULT_MODEL

    default_layer = find_entry(DEFAULT_MODEL).layer if folder is None else None
    weights_folder = embedded_folder() if folder is None else folder
    layer_read = default_layer if layer is None else layer
    if layer_read is None:
        raise ModelError(
            f"{weights_folder}: which layer should peers read? Say so, 0 being the embeddings"
        )
    return weights_folder, layer_read
