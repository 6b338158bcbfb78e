"""Serve a review on this machine, to whoever knows its address, and save what is corrected.

The address holds a token that nobody can guess; a request without it, or that names another host
(a page elsewhere that had this machine's name rebound), gets nothing. Only the files that the page
consists of are read, by their exact names, and only corrections are written, by one name each.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from projector.errors import OutputError
from projector.review.folder import DATA, PAGE, reviewed_run
from projector.review.saved import SavedCorrections, WrongCorrectionsError

HOST = "127.0.0.1"
CORRECTIONS = "corrections"
LARGEST = 64 * 2**20  # bytes of corrections: a hundred thousand and more
_SECONDS = 30.0  # after which a silent connection is closed
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets.

    Args:
        status: Of HTTP.
        content: The body.
        type: The body's media type.
    """

    status: HTTPStatus
    content: bytes = b""
    type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class ReviewSite:
    """What is served: a review's files, and its corrections.

    Args:
        folder: The review's.
        token: The first part of every path.
        saved: The corrections in the folder.
        reviewer: Who reviews, as far as it is known; the page asks.
        lock: Held while corrections are written: of two requests one comes later.
    """

    folder: Path
    token: str
    saved: SavedCorrections
    reviewer: str = ""
    lock: Lock = field(default_factory=Lock)

    def get(self, target: str) -> Answer:
        """Answer a request to read.

        Args:
            target: Path and query, as they were asked for.
        """
        name, query = self._asked(target)
        if name is None:
            return _NOT_FOUND
        if name == CORRECTIONS:
            return self._corrections(query.get("reviewer", [""])[0])
        path = self._files().get(name or PAGE)
        if path is None:
            return _NOT_FOUND
        content = path.read_bytes()
        if path.name == PAGE:
            content = self._served(content)
        return Answer(HTTPStatus.OK, content, _TYPES[path.suffix])

    def _served(self, page: bytes) -> bytes:
        """Return the page with what it is told where it is served."""
        told = f'data-served="yes" data-reviewer="{escape(self.reviewer)}"'
        return page.replace(b'data-served="" data-reviewer=""', told.encode(), 1)

    def post(self, target: str, body: bytes) -> Answer:
        """Answer a request to write: corrections of this run, and nothing else."""
        name, _ = self._asked(target)
        if name != CORRECTIONS:
            return _NOT_FOUND
        try:
            with self.lock:
                path = self.saved.write(body)
        except WrongCorrectionsError as error:
            return Answer(HTTPStatus.BAD_REQUEST, str(error).encode())
        except OutputError as error:
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, str(error).encode())
        return Answer(HTTPStatus.OK, path.name.encode())

    def _asked(self, target: str) -> tuple[str | None, Mapping[str, list[str]]]:
        """Return the name that is asked for behind the token, None without it, and the query."""
        parts = urlsplit(target)
        token, _, name = parts.path.removeprefix("/").partition("/")
        known = compare_digest(token.encode(errors="replace"), self.token.encode())
        return (name if known else None), parse_qs(parts.query)

    def _corrections(self, reviewer: str) -> Answer:
        try:
            content = self.saved.read(reviewer)
        except WrongCorrectionsError as error:
            return Answer(HTTPStatus.BAD_REQUEST, str(error).encode())
        if content is None:
            return _NOT_FOUND
        return Answer(HTTPStatus.OK, content, "application/json")

    def _files(self) -> dict[str, Path]:
        """Return the files of the page by the names that it asks for."""
        data = {f"{DATA}/{path.name}": path for path in (self.folder / DATA).glob("*.js")}
        return {PAGE: self.folder / PAGE, **data}


_NOT_FOUND = Answer(HTTPStatus.NOT_FOUND, b"nothing is here")


class ReviewServer:
    """Serve a review until it is interrupted.

    Args:
        folder: A review, as `write_review` makes it.
        port: 0: any that is free.
        reviewer: Who reviews; the page can be told another name.

    Raises:
        OutputError: The port is taken.
    """

    def __init__(self, folder: Path, *, port: int = 0, reviewer: str = "") -> None:
        saved = SavedCorrections(folder, reviewed_run(folder) or "")
        self.site = ReviewSite(folder, secrets.token_urlsafe(24), saved, reviewer)
        try:
            self._server = _Server((HOST, port), _Handler)
        except OSError as error:
            told = f"{HOST}:{port} can't be listened on: {error.strerror}"
            raise OutputError(f"{told}; choose another --port, or leave it out") from error
        self._server.site = self.site

    @property
    def address(self) -> str:
        """Return where the page is."""
        return f"http://{self._server.host}/{self.site.token}/"

    def serve_forever(self) -> None:
        """Answer requests until `stop`, or until an interrupt."""
        self._server.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Let `serve_forever` return, from another thread."""
        self._server.shutdown()

    def __enter__(self) -> Self:
        """Return it; it is closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """A server that knows its site; what is unanswered ends with it."""

    daemon_threads = True
    site: ReviewSite

    @property
    def host(self) -> str:
        return f"{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Tell a fault, and nothing of a browser that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Check whom a request is for, hand it to the site, send the answer."""

    server: _Server
    timeout = _SECONDS
    protocol_version = "HTTP/1.1"
    server_version = "projector"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a request to read."""
        self._send(self._refusal() or self.server.site.get(self.path))

    def do_POST(self) -> None:
        """Answer a request to write."""
        refusal = self._refusal() or self._wrong_body()
        if refusal is not None:
            self.close_connection = True  # its body stays unread
            self._send(refusal)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.server.site.post(self.path, body))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses hold the token."""

    def _refusal(self) -> Answer | None:
        """Return what a request gets that is not for this very host, or not from its own page."""
        host = self.server.host
        if not compare_digest(self.headers.get("Host", "").encode(errors="replace"), host.encode()):
            return Answer(HTTPStatus.FORBIDDEN, b"another host is asked for")
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            return Answer(HTTPStatus.FORBIDDEN, b"another page asks")
        return None

    def _wrong_body(self) -> Answer | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            return Answer(HTTPStatus.LENGTH_REQUIRED, b"how long it is must be said")
        if int(length) > LARGEST:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"it is too long for corrections")
        if self.headers.get_content_type() != "application/json":
            return Answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"it is no JSON")
        return None

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {
            **_HEADERS,
            "Content-Type": answer.type,
            "Content-Length": str(len(answer.content)),
            "Connection": "close" if self.close_connection else "keep-alive",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)
