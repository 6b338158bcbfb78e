"""Keep a local Ray to its machine: it listens on loopback alone, asks nobody, and keeps its token.

By itself Ray asks 8.8.8.8 by which address this machine is reached, listens there and on all
interfaces, and starts an API server that asks cloud providers' metadata addresses where it is,
even where neither the dashboard nor usage statistics are wanted.
"""

from __future__ import annotations

import os
import secrets
import signal
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from projector.storage.private_folder import is_private

LOOPBACK = "127.0.0.1"
# What `ray.init` takes of it.
OPTIONS: Mapping[str, Any] = {"include_dashboard": False, "_node_ip_address": LOOPBACK}
# On Windows and macOS Ray listens on loopback and nowhere else unless this says otherwise; said
# explicitly, it holds everywhere, for its agents and workers, too.
_LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
_TOKEN = "RAY_AUTH_TOKEN"


@contextmanager
def kept_local() -> Iterator[None]:
    """Have every Ray that is started while the block runs keep to this machine."""
    with _environment({**_LOOPBACK_ONLY, **_unwritten_token()}):
        from ray._private import ray_constants, services
        from ray._private.node import Node

        # It was decided when Ray was imported, perhaps long ago, to connect to a cluster.
        with (
            _replaced(ray_constants, "ENABLE_RAY_CLUSTER", False),
            _replaced(services, "start_api_server", _no_api_server),
            # Nobody reads what workers print, and no machine is to be had: their processes' start
            # costs seconds, and a hundred MiB.
            _replaced(Node, "start_log_monitor", _start_nothing),
            _replaced(Node, "start_monitor", _start_nothing),
        ):
            yield


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Change the environment, and forget at the end what Ray has put into it, too."""
    before = {name: value for name, value in os.environ.items() if name.startswith("RAY_")}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("RAY_")]:
            if name not in before:
                del os.environ[name]
        os.environ.update(before)


@contextmanager
def _replaced(module: ModuleType | type, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _start_nothing(_: object) -> None:
    """Start nothing."""


def _no_api_server(*_: object, **__: object) -> tuple[None, None]:
    """Return the address and the process of an API server that isn't there."""
    return None, None


def _unwritten_token() -> dict[str, str]:
    """Make sure that nobody else can read Ray's token; return one where no file can be made.

    Whoever can show it, and reach a port, may have the owner's processes run whatever he likes; Ray
    itself writes it for all to read.
    """
    if _TOKEN in os.environ or "RAY_AUTH_TOKEN_PATH" in os.environ:
        return {}
    if os.environ.get("RAY_AUTH_MODE", "token").lower() != "token":
        return {}
    try:
        keep_token(Path.home() / ".ray" / "auth_token")
    except (OSError, RuntimeError):  # no home, or none that can be written
        return {_TOKEN: secrets.token_hex(32)}
    return {}


def keep_token(path: Path) -> None:
    """Make a token's file that its owner alone can read, or make one so that is there.

    Raises:
        OSError: It can't be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(mode & 0o700)
        return
    temporary = path.with_name(f".tmp-{secrets.token_hex(8)}")
    try:
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another run was faster
            os.link(temporary, path)  # whole, or not there
    finally:
        temporary.unlink(missing_ok=True)


def end_orphans(base: Path) -> None:
    """End what outlived a local Ray whose private folder in `base` is gone.

    A worker that was starting when its driver was killed may wait for it for ever. Only Linux tells
    which Ray a process belongs to: by where it logs.
    """
    base = base.resolve()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(
            OSError, ValueError, IndexError
        ):  # another user's, or gone; or it logs elsewhere
            name = (process / "fd" / "1").readlink().relative_to(base).parts[0]
            if is_private(Path(name)) and not (base / name).exists():
                os.kill(int(process.name), signal.SIGKILL)
