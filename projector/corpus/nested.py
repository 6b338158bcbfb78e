"""List the documents of a folder of folders, as BRAT has its collections.

A document is called as its text is. Where several folders have a text of one name, each is called
after its folder, too: `2019__note1`. That is one plain name, so that it can be a file's, a row's
and a submission's; and two corpora whose folders are alike pair as flat ones do, also a nested one
with a flat one where names don't repeat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from projector.corpus.language_names import nearest_language, same_language
from projector.corpus.layout import DocumentFiles, Layout
from projector.errors import CorpusError, Notice, Problem, counted

_DEEPEST = 5  # levels of folders
_SHOWN = 5  # folders in a message
BETWEEN = "__"  # stands between a folder's name and what is in it


def list_nested(
    root: Path, listed: Callable[[Path], Layout | None], *, language: str | None = None
) -> Layout:
    """List the documents of every folder below `root`, each as `listed` does.

    Args:
        root: Its own files play no part.
        listed: Returns what a folder holds by itself; None where that is no document.
        language: Which folders to take where their names tell languages.

    Raises:
        CorpusError: A folder can't be listed; or two documents come to one name.
    """
    layouts = [
        (folder, layout)
        for folder in _in_language(root, [*folders_below(root)], language)
        if (layout := listed(folder)) is not None
    ]
    seen = Counter(name for _, layout in layouts for name in layout.documents)
    documents: dict[str, DocumentFiles] = {}
    for folder, layout in layouts:
        inner = folder.relative_to(root)
        for stem, files in layout.documents.items():
            name = stem if seen[stem] == 1 else BETWEEN.join((*inner.parts, stem))
            if name in documents:
                found = f"the name {name} is taken by {documents[name].text}"
                raise CorpusError(Problem(files.text, None, found, "a name of its own"))
            documents[name] = replace(files, part=str(_with_root(root, folder)))
    problems = tuple(problem for _, layout in layouts for problem in layout.problems)
    notices = tuple(notice for _, layout in layouts for notice in layout.notices)
    if documents:
        told = _told([folder.relative_to(root) for folder, _ in layouts], seen)
        notices = (Notice(root, told), *notices)
    return Layout(documents, problems, notices)


def _in_language(root: Path, folders: list[Path], language: str | None) -> list[Path]:
    """Return the folders whose names tell the language; all, where none does."""
    codes = {folder: nearest_language(_with_root(root, folder).parts) for folder in folders}
    if language is None:
        return folders
    kept = [folder for folder in folders if same_language(codes[folder] or "", language)]
    return kept or folders


def _with_root(root: Path, folder: Path) -> Path:
    """Return a folder's path, with the root's name so that a language in it counts."""
    return Path(root.resolve().name, folder.relative_to(root))


def _told(folders: list[Path], seen: Counter[str]) -> str:
    names = ", ".join(map(str, folders[:_SHOWN]))
    more = f" and {len(folders) - _SHOWN} more" if len(folders) > _SHOWN else ""
    told = f"the documents of {counted(len(folders), 'folder')} are read together ({names}{more})"
    repeated = sum(number > 1 for number in seen.values())
    if not repeated:
        return told
    stems = counted(repeated, "name is", "names are")
    return f"{told}; {stems} in several, so that their documents are called FOLDER{BETWEEN}NAME"


def folders_below(root: Path, depth: int = _DEEPEST) -> Iterator[Path]:
    """Yield the folders below one, in order; hidden ones are passed over."""
    if not depth:
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name[0] != ".":
            yield folder
            yield from folders_below(folder, depth - 1)
