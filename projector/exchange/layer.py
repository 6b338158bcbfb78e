"""Name the layer of INCEpTION and WebAnno that mentions are annotations of."""

from __future__ import annotations

LAYER = "webanno.custom.Mention"
# Its features, in the order of their names, as the tools write them.
IDENTIFIER, MENTION, PART, REMARKS, SCORE, VALUE = (
    "identifier",  # its first code
    "mention",  # its id in the run
    "part",  # 1/2: the first of its two fragments
    "remarks",  # what is said of it, to read
    "score",
    "value",  # its label
)
FEATURES = (IDENTIFIER, MENTION, PART, REMARKS, SCORE, VALUE)
