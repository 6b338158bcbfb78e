"""Start a local Ray quietly, or connect to a cluster, and say what it offers."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projector.errors import ConfigurationError, ProjectorError

# Before `ray` is imported: it reads these then.
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing of hospitals' machines is reported to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_PATIENCE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Resources:
    """What a cluster has in all."""

    cpus: float
    gpus: float


@dataclass(frozen=True, slots=True)
class Pool:
    """How many workers there are, and what each gets.

    Args:
        workers: At most.
        cpus: Of each, as Ray counts them: a fraction where workers outnumber processors.
        threads: Of each, for its model.
        gpus: Of each: a fraction where workers share one.
    """

    workers: int
    cpus: float
    threads: int
    gpus: float


@contextmanager
def connected(address: str | None) -> Iterator[Resources]:
    """Connect to a cluster, or start a local one that ends with the block.

    Raises:
        ProjectorError: The cluster can't be reached.
    """
    if address is not None:
        _knock(address)
    for key, value in {**_QUIET, **_authentication()}.items():
        os.environ.setdefault(key, value)
    import ray

    options: dict[str, Any] = {"include_dashboard": False} if address is None else {}
    try:
        # "local" and not None, which would mean whatever RAY_ADDRESS or another user started.
        ray.init(
            address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **options,
        )
    except (ConnectionError, RuntimeError, ValueError, ImportError, TimeoutError) as error:
        told = str(error).strip() or type(error).__name__
        raise _unreachable(address, told.splitlines()[0]) from error
    try:
        found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        yield Resources(found.get("CPU", 0.0), found.get("GPU", 0.0))
    finally:
        ray.shutdown()


def _authentication() -> dict[str, str]:
    """Return what makes Ray show a token that is there.

    `ray start` asks for the token as soon as the user has one (any local Ray makes one), but
    `ray.init` shows it to a cluster only when told; one that doesn't ask takes no notice.
    """
    told = os.environ.keys() & {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}
    if told or (Path.home() / ".ray" / "auth_token").is_file():
        return {"RAY_AUTH_MODE": "token"}
    return {}


def _knock(address: str) -> None:
    """Refuse an address that nobody answers at: Ray itself takes minutes to say so.

    Raises:
        ProjectorError: Nobody does.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return  # "auto", or something that only Ray understands
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise _unreachable(address, str(error)) from error


def _unreachable(address: str | None, reason: str) -> ProjectorError:
    return ProjectorError(
        f"{address or 'local'}: no Ray cluster could be reached ({reason}); expected an address "
        "like ray://head:10001 or head:6379 of a cluster of the same Ray version"
    )


def share(
    resources: Resources, *, shards: int, workers: int | None, gpus_per_worker: float
) -> Pool:
    """Divide a cluster among workers.

    Args:
        resources: What there is.
        shards: How many shards there are to do: more workers than that are of no use.
        workers: How many are wanted; None: one a processor, or as many as the GPUs allow.
        gpus_per_worker: 0 for the CPU.

    Raises:
        ConfigurationError: There is no GPU, or not enough of one.
    """
    if gpus_per_worker > resources.gpus:
        raise ConfigurationError(
            f"a worker is to have {gpus_per_worker:g} GPUs, and Ray finds {resources.gpus:g} in "
            "all; give --gpus-per-worker 0 to run on the CPU"
        )
    most = int(resources.gpus / gpus_per_worker) if gpus_per_worker else max(1, int(resources.cpus))
    number = max(1, min(workers or most, shards))
    cpus = resources.cpus / number
    threads = max(1, int(cpus))
    # Ray takes whole processors, or a part of one.
    return Pool(number, float(threads) if cpus >= 1 else round(cpus, 4), threads, gpus_per_worker)
