"""Keep a process from holding memory that it has no use for."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

_KERNELS = "16"


def keep_few_kernels() -> None:
    """Have oneDNN keep few of the kernels that it makes, unless the user says how many.

    It makes one for each shape of a product, and texts have hundreds of lengths: its 1,024 take
    200 MB, and to find one there costs as much as to make it. It reads this when it makes the
    first.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KERNELS)


def give_back_memory() -> None:
    """Give freed memory back to the system, where the C library is one that holds on to it."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl gives it back by itself
            ctypes.CDLL("libc.so.6").malloc_trim(0)
