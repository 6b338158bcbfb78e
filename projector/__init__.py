"""Carry entity annotations from documents to their translations, with exact offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projector.run.project_corpus import project_corpus

__all__ = ["project_corpus"]


def __getattr__(name: str) -> object:
    """Load the main function when it is first asked for: a bare import stays quick."""
    if name == "project_corpus":
        from projector.run.project_corpus import project_corpus

        return project_corpus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
