"""Name the tools, libraries and formats that documents are exported for."""

from __future__ import annotations

from typing import Literal, get_args

Tool = Literal[
    "inception",
    "label-studio",
    "doccano",
    "webanno",
    "conll",
    "spacy",
    "huggingface",
    "bioc",
    "pubtator",
]
TOOLS: tuple[Tool, ...] = get_args(Tool)
