"""Build modules whose weights come from a file, without drawing them by chance before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode


@contextmanager
def unfilled() -> Iterator[None]:
    """Leave the weights of modules that are built in the block as they come: they are read next.

    Memory is reserved, and taken only by what is written to it. Torch's device `meta` does the same
    by importing its compiler, which takes longer than to load a model.
    """
    with _Unfilled():
        yield


class _Unfilled(TorchFunctionMode):
    """Pass over whatever fills a tensor for a start."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Call a function of torch, or don't."""
        given = kwargs or {}
        if getattr(func, "__module__", None) == nn.init.__name__:
            return given["tensor"] if "tensor" in given else args[0]
        return func(*args, **given)
