"""Drive workers through shards on Ray, whatever dies on the way.

Plain actors and one loop over `ray.wait`, of all that Ray offers, because a shard is committed by a
rename and so nothing has to be remembered about it: whoever dies, its shard is simply given out
again. Ray Data fails a whole job for one block or drops it in silence, and its checkpoints are
beta; an `ActorPool` hangs when a node dies; actors that Ray restarts itself would load a model
again behind the driver's back and run a method a second time while the first may still write.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from jobs.cluster import Pool
from jobs.folder import RunFolder, task_told
from jobs.pace import Pace
from jobs.plan import CollectionPlan
from jobs.shard_file import ShardFacts
from projector.errors import ProjectorError

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

_TICK = 1.0  # seconds between two looks at what came of the workers
_DEATHS = 3  # of workers at one document, until it is taken to be the cause
_TRIES = 5  # of one shard, until it is left alone
_LOADS = 5  # deaths in a row of each worker while it loads its model, until the run gives up


@dataclass(slots=True)
class _Shard:
    """What happened to a shard so far."""

    number: int
    tries: int = 0
    given: float = 0.0
    deaths: Counter[int] = field(default_factory=Counter)
    fatal: dict[int, str] = field(default_factory=dict)


class Driver:
    """Give shards to workers until all are done.

    Args:
        folder: The run's.
        plan: The run's.
        pool: How many workers, and what each gets.
        done: Is told of every shard that is committed.
        waiting: Is called about every second.

    Raises:
        ProjectorError: A worker can't load its model or commit a shard; workers die again and
            again; or too many documents failed.
    """

    def __init__(
        self,
        folder: RunFolder,
        plan: CollectionPlan,
        pool: Pool,
        *,
        done: Callable[[ShardFacts], None],
        waiting: Callable[[], None],
    ) -> None:
        import ray

        self._ray = ray
        self._folder = folder
        self._plan = plan
        self._pool = pool
        self._done = done
        self._waiting = waiting
        self._actor = _actor(folder, plan, pool)
        self._loading: dict[ObjectRef[Any], ActorHandle[Any]] = {}
        self._working: dict[ObjectRef[Any], tuple[ActorHandle[Any], _Shard]] = {}
        self._todo: deque[_Shard] = deque()
        self._given_up: list[int] = []
        self._dead_loads = 0
        self._seconds: dict[int, float] = {}

    def run(self, shards: Sequence[int]) -> None:
        """Work on shards, in this order as far as workers allow."""
        self._todo.extend(map(_Shard, shards))
        self._tell_pace()
        try:
            while self._todo or self._working:
                self._hire()
                pending = [*self._loading, *self._working]
                ready, _ = self._ray.wait(pending, num_returns=1, timeout=_TICK)
                for settled in ready:
                    self._settle(settled)
                self._waiting()
        finally:
            self._dismiss()
        if self._given_up:
            numbers = ", ".join(map(str, self._given_up))
            raise ProjectorError(
                f"{self._folder.path}: {_TRIES} workers failed at each of the shards {numbers}; "
                "all others are done. Read `projector jobs logs RUN --shard "
                f"{self._given_up[0]}`, mend what it tells (is there enough memory?), and run it "
                "again"
            )

    def _hire(self) -> None:
        """Start as many workers as there is work for."""
        wanted = min(self._pool.workers, len(self._todo) + len(self._working))
        while len(self._loading) + len(self._working) < wanted:
            worker = self._actor()
            self._loading[worker.load.remote()] = worker

    def _dismiss(self) -> None:
        for worker in (*self._loading.values(), *(one for one, _ in self._working.values())):
            self._ray.kill(worker)

    def _settle(self, finished: ObjectRef[Any]) -> None:
        """Take what came of a call to a worker."""
        if finished in self._loading:
            self._settle_load(finished, self._loading.pop(finished))
        else:
            self._settle_shard(finished, *self._working.pop(finished))

    def _settle_load(self, finished: ObjectRef[Any], worker: ActorHandle[Any]) -> None:
        try:
            self._result(finished)
        except self._ray.exceptions.RayActorError as error:
            self._dead_loads += 1
            self._ray.kill(worker)
            if self._dead_loads == _LOADS * self._pool.workers:
                raise ProjectorError(
                    f"{self._dead_loads} workers in a row died while they loaded "
                    f"{self._plan.model.name} ({_brief(error)}); expected enough memory for "
                    f"{self._pool.workers} of them"
                ) from error
            return
        self._dead_loads = 0
        self._give_shard(worker)

    def _settle_shard(
        self, finished: ObjectRef[Any], worker: ActorHandle[Any], shard: _Shard
    ) -> None:
        try:
            facts: ShardFacts = self._result(finished)
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.RayTaskError) as error:
            self._ray.kill(worker)  # it may only be out of reach, or in a bad way
            self._bury(shard, error)
            return
        self._seconds[shard.number] = time.monotonic() - shard.given
        self._tell_pace()
        self._done(facts)
        self._give_shard(worker)

    def _tell_pace(self) -> None:
        Pace(self._pool.workers, self._seconds).write(self._folder.pace)

    def _give_shard(self, worker: ActorHandle[Any]) -> None:
        """Give a worker its next shard, or let it go."""
        if not self._todo:
            self._ray.kill(worker)
            return
        shard = self._todo.popleft()
        shard.tries += 1
        shard.given = time.monotonic()
        call: ObjectRef[Any] = worker.run.remote(shard.number, shard.tries, shard.fatal)
        self._working[call] = worker, shard

    def _bury(self, shard: _Shard, error: Exception) -> None:
        """Note which document a worker died at, and put its shard back."""
        task = _in_flight(self._folder, shard.number)
        told = "" if task is None else f" at its document {task}"
        _append(self._folder, shard.number, f"the worker failed{told}: {_brief(error)}")
        if task is not None:
            shard.deaths[task] += 1
            if shard.deaths[task] == _DEATHS:
                shard.fatal[task] = (
                    f"its worker's process died {_DEATHS} times at it, as it does when memory "
                    "runs out"
                )
                shard.tries = 0
        if shard.tries < _TRIES:
            self._todo.appendleft(shard)
        else:
            self._given_up.append(shard.number)

    def _result(self, finished: ObjectRef[Any]) -> Any:  # noqa: ANN401
        """Return what a call gave, or raise what it raised on the other machine.

        What a user must mend (a full disk, another model there) comes as itself, anything else
        as Ray's error, and is worth another try.
        """
        try:
            return self._ray.get(finished)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, ProjectorError):
                raise error.cause from error
            raise


def _actor(folder: RunFolder, plan: CollectionPlan, pool: Pool) -> Callable[[], ActorHandle[Any]]:
    """Return what starts a worker; several on a processor share the memory of what they load."""
    import ray

    from jobs.fork_server import ForkedWorker, new_address
    from jobs.worker import ShardWorker

    arguments: tuple[object, ...] = (str(folder.path), pool.threads)
    kind: type[ForkedWorker | ShardWorker] = ShardWorker
    if pool.workers > 1 and plan.device == "cpu" and sys.platform == "linux":
        kind, arguments = ForkedWorker, (*arguments, new_address())
    actor: Any = ray.remote(kind).options(
        num_cpus=pool.cpus, num_gpus=pool.gpus, max_restarts=0, max_task_retries=0
    )
    return partial(actor.remote, *arguments)


def _in_flight(folder: RunFolder, shard: int) -> int | None:
    """Return the task that a worker was at when it last told."""
    return task_told(folder.progress(shard))


def _append(folder: RunFolder, shard: int, text: str) -> None:
    with suppress(OSError), folder.log(shard).open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def _brief(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
