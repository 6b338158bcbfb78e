"""Carry entity annotations from documents to their translations, with exact offsets.

>>> from projector import Document, Projector
>>> projector = Projector.from_pretrained()
>>> source = Document.from_spans("Paciente con tos.", [(13, 16, "SYMPTOM")], language="es")
>>> result = projector.project(source, "Paziente con tosse.", language="it")
>>> [(mention.label, mention.surface(result.document.text)) for mention in result.mentions]
[('SYMPTOM', 'tosse')]

What is named here stays; the modules behind it may move.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projector.api import ProjectedPair, Projector
    from projector.coding.coder import Coder, ProposedCode
    from projector.corpus.documents import Documents, read_corpus, to_brat
    from projector.document import (
        Annotation,
        Document,
        Fragment,
        Mention,
        Projection,
        Status,
    )
    from projector.errors import (
        ConfigurationError,
        CorpusError,
        ModelError,
        OutputError,
        ProjectorError,
    )
    from projector.evaluation.evaluate import Evaluation, evaluate
    from projector.explain import Explanation
    from projector.run.project_corpus import project_corpus
    from projector.search.searcher import Searcher, SearchHit
    from projector.settings import AlignSettings, DecodeSettings, Settings, published
    from projector.tagging.tagger import Tagger

    __version__: str

# Where each name is defined; it is loaded when it is first asked for, so that the import of one
# does not load what the others need (PEP 562).
_MODULES = {
    "projector.api": ("ProjectedPair", "Projector"),
    "projector.coding.coder": ("Coder", "ProposedCode"),
    "projector.corpus.documents": ("Documents", "read_corpus", "to_brat"),
    "projector.document": (
        "Annotation",
        "Document",
        "Fragment",
        "Mention",
        "Projection",
        "Status",
    ),
    "projector.errors": (
        "ConfigurationError",
        "CorpusError",
        "ModelError",
        "OutputError",
        "ProjectorError",
    ),
    "projector.evaluation.evaluate": ("Evaluation", "evaluate"),
    "projector.explain": ("Explanation",),
    "projector.run.project_corpus": ("project_corpus",),
    "projector.search.searcher": ("Searcher", "SearchHit"),
    "projector.settings": ("AlignSettings", "DecodeSettings", "Settings", "published"),
    "projector.tagging.tagger": ("Tagger",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AlignSettings",
    "Annotation",
    "Coder",
    "ConfigurationError",
    "CorpusError",
    "DecodeSettings",
    "Document",
    "Documents",
    "Evaluation",
    "Explanation",
    "Fragment",
    "Mention",
    "ModelError",
    "OutputError",
    "ProjectedPair",
    "Projection",
    "Projector",
    "ProjectorError",
    "ProposedCode",
    "SearchHit",
    "Searcher",
    "Settings",
    "Status",
    "Tagger",
    "__version__",
    "evaluate",
    "project_corpus",
    "published",
    "read_corpus",
    "to_brat",
]

if not TYPE_CHECKING:  # else every name would be there for a type checker

    def __getattr__(name: str) -> object:
        """Load what is asked for the first time, and keep it."""
        if name == "__version__":
            value: object = _version()
        elif name in _HOMES:
            value = getattr(import_module(_HOMES[name]), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Return what is offered, loaded or not, and nothing of how it is done."""
    return sorted(__all__)


def _version() -> str:
    """Return the version that is installed; in a bare checkout, the one that its file states."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(__name__)
    except PackageNotFoundError:
        import tomllib
        from pathlib import Path

        stated = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(stated.read_text(encoding="utf-8"))["project"]["version"])
