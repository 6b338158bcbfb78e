"""Write the reference pages from the code each time the site is built.

They are nowhere in the repository, so that no page can lag behind the code and no change of an
option carries a copy of it along; `docs/adr/0007-reference-from-the-code.md` weighs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from api_page import api_page
from cli_page import cli_page
from configuration_page import configuration_page
from corrections_page import corrections_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from notebook_page import notebook_page
from tables_page import tables_page
from tree_page import tree_page

DOCS = Path(__file__).parents[1]
NOTEBOOK = DOCS / "tutorial" / "first-projection.ipynb"
PAGES: Mapping[str, Callable[[], str]] = {
    "reference/cli.md": cli_page,
    "reference/configuration.md": configuration_page,
    "reference/corrections.md": corrections_page,
    "reference/tables.md": tables_page,
    "reference/python-api.md": api_page,
    "explanation/tree.md": tree_page,
    "tutorial/notebook.md": lambda: notebook_page(NOTEBOOK),
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that are files."""
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files
