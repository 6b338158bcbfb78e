"""Put the page together: its style, its script and, of a small run, its data, in one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from projector.review.escaping import content_source

# In the order in which they build on each other; each is about one thing, and they share one scope.
SCRIPTS = (
    "dom.js",
    "offsets.js",
    "words.js",
    "store.js",
    "corrections.js",
    "state.js",
    "marks.js",
    "texts.js",
    "selection.js",
    "queue.js",
    "panel.js",
    "editing.js",
    "saving.js",
    "keys.js",
    "main.js",
)
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_ASSETS = files("projector.review") / "assets"


def page_html(title: str, data: Mapping[str, str], *, split: bool) -> str:
    """Return the page.

    Nothing is fetched from anywhere, and a content security policy holds it to that: only this
    very script and style, and, of a split page, data files that this script asks for.

    Args:
        title: Names it in the browser.
        data: What it holds of data itself, by key: JSON as `script_json` writes it.
        split: Whether the rest of the data is in files beside it.
    """
    script, style = page_script(), asset("style.css")
    sources = content_source(script) + (" 'strict-dynamic'" if split else "")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {sources}",
            f"style-src {content_source(style)}",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    blocks = "\n".join(
        f'<script type="application/json" data-key="{escape(key)}">{content}</script>'
        for key, content in data.items()
    )
    parts = {"policy": policy, "title": escape(title), "style": style, "data": blocks}
    contents = {**parts, "script": script}
    # In one pass: what is put in is not looked through for further places.
    return _PLACE.sub(lambda match: contents[match[1]], asset("page.html"))


@cache
def page_script() -> str:
    """Return the page's script: its modules one behind the other, in a scope of their own."""
    modules = "\n".join(asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{modules}}})();\n'


@cache
def asset(name: str) -> str:
    """Return a file of the page."""
    return (_ASSETS / name).read_text(encoding="utf-8")
