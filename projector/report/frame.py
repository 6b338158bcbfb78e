"""Begin a page that needs nothing else: no network, no script, no file beside it."""

from __future__ import annotations

from importlib.resources import files

from projector.report.markup import text

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">To the figures</a>
"""


def page_head(title: str, *, style: str = "") -> str:
    """Return all up to a page's header, with the report's style and, behind it, some more."""
    shared = files("projector.report").joinpath("page.css").read_text(encoding="utf-8")
    return _HEAD.format(title=text(title), style=shared + style)
