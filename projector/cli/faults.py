"""Tell what ended a command: what the user can mend as that, anything else as a fault."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

from projector.errors import ProjectorError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ECONNREFUSED, errno.ETIMEDOUT}
_NETWORK = ("httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "huggingface_hub")
_NO_ANSWER = ("Connect", "Timeout", "MaxRetry", "Offline", "LocalEntryNotFound")  # in their errors
_NO_MEMORY = (
    *("out of memory", "can't allocate memory", "cannot allocate memory"),
    "Storage size calculation overflowed",  # of a tensor larger than any memory
)

_MORE_MEMORY = (
    "there is not enough memory. Leave out the longest documents (--max-characters with "
    "--on-error skip), encode less at once (--window), or let it run elsewhere (--device)"
)
_MORE_ROOM = (
    "the disk is full. Make room, or write elsewhere: --output for results, PROJECTOR_CACHE for "
    "models, TMPDIR for what is kept for a while"
)
_OTHER_RIGHTS = (
    "the file system does not allow it. Change its rights, or name another place: --output for "
    "results, PROJECTOR_CACHE for models"
)
_NO_NETWORK = (
    "the network can't be reached. Only a hub name needs it: give a folder or an installed model "
    "(`projector models`) by --model, or try again when it is there"
)


def told(error: BaseException) -> str:
    """Return what a command says of an error that ended it."""
    advice = circumstance(error)
    if isinstance(error, ProjectorError):  # of the network it tells itself
        return str(error) if advice in (None, _NO_NETWORK) else f"{error}\n{advice}"
    if advice is not None:
        return f"{advice} ({_named(error)})"
    if isinstance(error, OSError):
        return str(error)
    return f"a fault in projector: {_named(error)}"


def is_fault(error: BaseException) -> bool:
    """Tell whether an error is none that a user could mend."""
    known = isinstance(error, (ProjectorError, OSError))
    return not known and circumstance(error) is None


def circumstance(error: BaseException) -> str | None:
    """Return what of memory, disk or network an error is about, and what to do; or None."""
    for cause in _causes(error):
        if _wants_memory(cause):
            return _MORE_MEMORY
        if isinstance(cause, OSError):
            if cause.errno in _FULL:
                return _MORE_ROOM
            if cause.errno in _FORBIDDEN:
                return _OTHER_RIGHTS
        if _is_of_network(cause):
            return _NO_NETWORK
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _wants_memory(error: BaseException) -> bool:
    # torch's own class is not loaded for this; on a CPU it raises a bare RuntimeError.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)


def _is_of_network(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return True
    if isinstance(error, (socket.gaierror, TimeoutError)):
        return True
    kind = type(error)
    known = kind.__module__.partition(".")[0] in _NETWORK
    return known and any(word in kind.__name__ for word in _NO_ANSWER)


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
