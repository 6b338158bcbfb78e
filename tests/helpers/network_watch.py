"""Watch what a command and all that it starts listen on, and whom they try to reach."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

MARK = "PROJECTOR_TEST_WATCHED"
LOG = "PROJECTOR_TEST_AUDIT"
# Run by every Python that is started with its folder in PYTHONPATH.
AUDIT = f"""
import json, os, sys

EVENTS = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname")

def audit(event, arguments):
    if event not in EVENTS:
        return
    address = arguments[0] if event.startswith("socket.get") else arguments[1]
    if isinstance(address, tuple):
        address = address[0]
    line = json.dumps([event, str(address), os.path.basename(sys.argv[0] if sys.argv else "")])
    descriptor = os.open(os.environ["{LOG}"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line.encode() + b"\\n")
    os.close(descriptor)

sys.addaudithook(audit)
"""
_TABLES = ("tcp", "tcp6", "udp", "udp6")
_LISTENING = "0A"


def watched_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which every Python tells `folder` whom it tries to reach."""
    (folder / "sitecustomize.py").write_text(AUDIT, encoding="utf-8")
    search = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        MARK: uuid4().hex,
        LOG: str(folder / "audit.jsonl"),
        "PYTHONPATH": os.pathsep.join(search),
    }


def reached(environment: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """Return whom else than this machine its Pythons tried to reach: event, address, program."""
    log = Path(environment[LOG])
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    events = (json.loads(line) for line in lines)
    return {
        (event, address, program)
        for event, address, program in events
        if not is_local(address) and not address.startswith(("/", "b'"))  # a Unix socket's path
    }


def is_local(address: str) -> bool:
    """Tell whether an address is this machine's own, that nobody else can reach."""
    if address in ("localhost", "None"):
        return True
    try:
        number = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None)
    return (mapped or number).is_loopback


class SocketWatch:
    """Look, time and again, at the sockets of all processes with a mark in their environment.

    `listening` and `connected` are the addresses that were seen, with the program's name.
    """

    def __init__(self, mark: str) -> None:
        self._mark = f"{MARK}={mark}".encode()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.listening: set[tuple[str, str]] = set()
        self.connected: set[tuple[str, str]] = set()

    def __enter__(self) -> "SocketWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            owners = dict(self._sockets())
            for inode, state, local, remote in _open_sockets():
                if inode in owners:
                    if state == _LISTENING:
                        self.listening.add((local, owners[inode]))
                    elif not ip_address(remote).is_unspecified:
                        self.connected.add((remote, owners[inode]))

    def _sockets(self) -> Iterator[tuple[str, str]]:
        """Yield the sockets of the marked processes, with the programs' names."""
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and self._mark in (process / "environ").read_bytes():
                    name = (process / "comm").read_text().strip()
                    for file in (process / "fd").iterdir():
                        target = str(file.readlink())
                        if target.startswith("socket:["):
                            yield target[8:-1], name
            except OSError:  # it is gone, or somebody else's
                continue


def _open_sockets() -> Iterator[tuple[str, str, str, str]]:
    """Yield inode, state, local and remote address of every IP socket there is."""
    for table in _TABLES:
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            yield fields[9], fields[3], _address(fields[1]), _address(fields[2])


def _address(field: str) -> str:
    """Return an address that the kernel writes as words of four bytes, each back to front."""
    digits = field.partition(":")[0]
    words = (bytes.fromhex(digits[start : start + 8]) for start in range(0, len(digits), 8))
    whole = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(ip_address(whole))


def traced(line: list[str], environment: Mapping[str, str], log: Path) -> set[str]:
    """Run a command under strace; return the foreign IP addresses that anything of it named."""
    trace = ["strace", "-f", "-q", "-e", "trace=connect,bind,sendto", "-o", str(log)]
    subprocess.run([*trace, *line], env=dict(environment), check=True, capture_output=True)
    quoted = (part for part in log.read_text(errors="replace").split('"')[1::2])
    return {part for part in quoted if _is_address(part) and not is_local(part)}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
