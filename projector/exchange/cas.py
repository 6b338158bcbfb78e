"""Write UIMA CAS as XMI for INCEpTION, with the type system that its layers are imported from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from projector.errors import missing_package
from projector.exchange.bioc import unwritable
from projector.exchange.layer import FEATURES, LAYER, SCORE
from projector.exchange.layer_rows import layer_rows
from projector.exchange.marked import Add, Losses, MarkedDocument, document_loss
from projector.storage.atomic_file import atomic_write
from projector.storage.file_names import file_name

TYPE_SYSTEM = "TypeSystem.xml"


@contextmanager
def inception_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}/NAME.xmi`."""
    inner = folder / file_name(language, kind="language")
    inner.mkdir()
    types = type_system()

    def add(marked: MarkedDocument) -> Losses:
        content, losses = xmi_of(marked, types)
        path = inner / file_name(marked.document.name, ".xmi", kind="document")
        if content:
            path.write_bytes(content)
        return losses

    yield add


def write_type_system(folder: Path, labels: Sequence[str], kinds: Sequence[str]) -> None:
    """Write the type system, which is the same whatever the labels."""
    atomic_write(folder / TYPE_SYSTEM, type_system().to_xml().encode("utf-8"))


def cassis() -> Any:  # noqa: ANN401
    """Return the library.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        import cassis
    except ImportError as error:
        instead = "take WebAnno TSV, which INCEpTION reads and writes, too: webanno"
        raise missing_package("dkpro-cassis", "inception", "a UIMA CAS", instead) from error
    return cassis


def type_system() -> Any:  # noqa: ANN401
    """Return the type system that has the layer."""
    types = cassis().TypeSystem()
    layer = types.create_type(name=LAYER, supertypeName="uima.tcas.Annotation")
    for feature in FEATURES:
        kind = "uima.cas.Float" if feature == SCORE else "uima.cas.String"
        types.create_feature(domainType=layer, name=feature, rangeType=kind)
    return types


def xmi_of(marked: MarkedDocument, types: Any) -> tuple[bytes, Losses]:  # noqa: ANN401
    """Return a document as XMI, empty where XML can't hold it, and what is lost of it.

    Args:
        marked: The document.
        types: The type system.
    """
    document = marked.document
    rows, losses = layer_rows(marked)
    values = (value for row in rows for value in row.values.values())
    if fault := unwritable(document.text, *values):
        return b"", [document_loss(document, fault)]
    cas = cassis().Cas(types, sofa_string=document.text, sofa_mime="text/plain")
    cas.document_language = document.language
    layer = types.get_type(LAYER)
    for row in rows:
        features: dict[str, Any] = dict(row.values)
        if SCORE in features:
            features[SCORE] = float(features[SCORE])
        cas.add(layer(begin=row.fragment.start, end=row.fragment.end, **features))
    return cas.to_xmi().encode("utf-8"), losses
