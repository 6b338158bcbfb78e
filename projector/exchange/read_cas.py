"""Read what INCEpTION saves as a UIMA CAS, XMI or JSON, with dkpro-cassis.

XML that declares a document type or an entity is refused before the library sees it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

from projector.corpus.reading import read_text
from projector.document import Fragment
from projector.errors import CorpusError, Problem, ProjectorError
from projector.exchange.cas import TYPE_SYSTEM, cassis, type_system
from projector.exchange.layer import LAYER, MENTION, VALUE
from projector.exchange.returned import ReturnedDocument, ReturnedMention, gathered
from projector.storage.strict_json import STRICT, fault

_NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
_LARGEST = 256 << 20  # bytes of a document's file
_DEEPEST = 50


def read_cas(path: Path, root: Path, names: tuple[str, ...], reviewer: str) -> ReturnedDocument:
    """Read a document.

    Args:
        path: The file.
        root: The type system of an XMI lies beside it, or in a folder above up to this one.
        names: What the document may be called.
        reviewer: Who worked on it.

    Raises:
        CorpusError: It can't be read.
        ConfigurationError: The library is not installed.
    """
    cas = _loaded(path, root)
    text = cas.sofa_string
    if not isinstance(text, str):
        raise CorpusError(Problem(path, None, "it has no text", "a CAS with its document"))
    return ReturnedDocument(
        tool="inception",
        path=path,
        names=names,
        language=str(cas.document_language or "").replace("x-unspecified", ""),
        text=text,
        mentions=_mentions(cas, text, path),
        reviewer=reviewer,
    )


def _loaded(path: Path, root: Path) -> Any:  # noqa: ANN401
    if path.stat().st_size > _LARGEST:
        raise CorpusError(Problem(path, None, "it is too large for one document"))
    if path.suffix.lower() == ".json":
        content = _checked_json(path)
        return _parsed(path, lambda: cassis().load_cas_from_json(content, lenient=True))
    _refuse_declarations(path)
    types = _types(path, root)
    data = path.read_bytes()
    return _parsed(
        path, lambda: cassis().load_cas_from_xmi(BytesIO(data), typesystem=types, lenient=True)
    )


def _parsed(path: Path, parse: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return what the library makes of a file; whatever it raises is about the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse()
    except ProjectorError:
        raise
    except Exception as error:  # it stumbles over damaged files in many ways
        told = f"{type(error).__name__}: {str(error)[:200]}"
        hint = "Export the document anew, or as WebAnno TSV 3.3"
        raise CorpusError(Problem(path, None, f"no CAS ({told})", "UIMA CAS", hint)) from error


def _checked_json(path: Path) -> str:
    content = read_text(path)
    try:
        json.loads(content, **STRICT)
    except (ValueError, RecursionError) as error:
        raise CorpusError(Problem(path, None, f"no JSON ({fault(error)})", "UIMA CAS")) from error
    return content


def _types(path: Path, root: Path) -> Any:  # noqa: ANN401
    """Return the type system that lies nearest, or the export's own."""
    for folder in (path.parent, *path.parent.parents):
        if (folder / TYPE_SYSTEM).is_file():
            return _read_types(folder / TYPE_SYSTEM)
        if folder == root or root not in folder.parents:
            break
    return type_system()


@lru_cache(maxsize=4)
def _read_types(path: Path) -> Any:  # noqa: ANN401
    _refuse_declarations(path)
    data = path.read_bytes()
    return _parsed(path, lambda: cassis().load_typesystem(BytesIO(data)))


def _refuse_declarations(path: Path) -> None:
    """Refuse XML with a document type or entities of its own, or nested beyond all sense."""
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> None:
        found = "it declares a document type or an entity"
        raise CorpusError(Problem(path, parser.CurrentLineNumber, found, "XML without any"))

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            found = f"{depth} elements within each other"
            raise CorpusError(Problem(path, parser.CurrentLineNumber, found))

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise CorpusError(Problem(path, error.lineno, f"no XML: {error}")) from error


def _mentions(cas: Any, text: str, path: Path) -> tuple[ReturnedMention, ...]:  # noqa: ANN401
    known = {one.name for one in cas.typesystem.get_types()}
    parts = [
        part
        for name in (LAYER, _NAMED_ENTITY)
        if name in known
        for part in _parts(cas, name, text, path)
    ]
    return gathered(parts)


def _parts(
    cas: Any,  # noqa: ANN401
    layer: str,
    text: str,
    path: Path,
) -> Iterator[tuple[str, str, Fragment]]:
    for annotation in cas.select(layer):
        start, end = annotation.begin, annotation.end
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
            found = f"an annotation from {start} to {end} of {len(text)} characters"
            raise CorpusError(Problem(path, None, found, "a stretch of the text"))
        id_, label = getattr(annotation, MENTION, None), getattr(annotation, VALUE, None)
        yield str(id_ or ""), str(label or ""), Fragment(start, end)
