r"""Read the standoff of BioNLP's shared tasks: entities in `.a1`, events and relations in `.a2`.

Both are written like BRAT's, but for normalisations, `N1\tName Annotation:T1 Referent:X:1`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from projector.corpus.formats.brat_read import StandoffFile, annotated_document
from projector.corpus.formats.stretch import RecordFiles
from projector.corpus.reading import Reading, read_text
from projector.document import Document
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules

_NORMALIZATION = re.compile(
    r"^(N[0-9]+\t)([^ \t\r\n]+) Annotation:([^ \t\r\n]+) Referent:([^\t\r\n]+)", re.MULTILINE
)


def read_bionlp(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: One of its files can't be read.
    """
    if files.text is None:
        path = files.parts[0].path
        raise CorpusError(Problem(path, None, "its text is not known", f"{name}.txt"))
    text = read_text(files.text)
    parts = [
        StandoffFile(part.path, _NORMALIZATION.sub(_as_brat, part.text())) for part in files.parts
    ]
    return annotated_document(Document(name, language, text), parts, labels, rules)


def _as_brat(match: re.Match[str]) -> str:
    start, label, target, referent = match.groups()
    resource, colon, code = referent.partition(":")
    stated = f"{resource}:{code}" if colon and resource and code else f"{label}:{referent}"
    return f"{start}{label} {target} {stated}"
