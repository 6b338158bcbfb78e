"""A review is served to who knows its address, and corrections alone are written."""

import http.client
import json
import socket
import struct
import threading
import time
from urllib.parse import urlsplit

import pytest
from reviewed_runs import write_reviewed_run

from projector.errors import OutputError
from projector.review import server as served
from projector.review.server import ReviewServer
from projector.review.write import write_review


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write_review(write_reviewed_run(folder / "out"), folder / "review", rivals="none")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    return folder / "review"


@pytest.fixture(scope="module")
def server(review):
    with ReviewServer(review) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.stop()
        thread.join()


def ask(server, method="GET", name="", *, token=None, body=None, headers=None):
    """Return the status and body of an answer to a request as it is on the wire."""
    address = urlsplit(server.address)
    path = f"/{token if token is not None else address.path.strip('/')}/{name}"
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def corrections(review, reviewer="", **changes):
    run = json.loads((review / "review.json").read_bytes())["run"]
    one = {"language": "en", "document": "caso-b", "mention": "T1", "decision": "absent"}
    one |= {"old": [], "new": [], "text": "", "time": "2026-11-28T12:00:00Z"}
    content = {"version": 1, "run": run, "reviewer": reviewer, "corrections": [one], **changes}
    return json.dumps(content).encode()


JSON = {"Content-Type": "application/json"}


def test_its_address_is_of_this_machine_and_holds_a_token(server, review):
    assert server.address.startswith("http://127.0.0.1:")
    assert len(urlsplit(server.address).path) > 30
    with ReviewServer(review) as other:
        assert other.site.token != server.site.token


def test_the_page_is_told_that_it_is_served(server):
    status, body, headers = ask(server)
    assert status == 200
    assert b'data-served="yes"' in body
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask(server, name="index.html")[0] == 200


def test_the_page_is_told_who_reviews_whatever_the_name(review):
    with ReviewServer(review, reviewer='"><b>') as server:
        site = server.site
    assert b'data-reviewer="&quot;&gt;&lt;b&gt;"' in site.get(f"/{site.token}/").content


@pytest.mark.parametrize("token", ["", "x", "..", "%2e%2e", "tok€n".encode().hex()])
def test_without_the_token_there_is_nothing(server, token):
    assert ask(server, token=token)[0] == 404
    assert ask(server, "POST", "corrections", token=token, body=b"{}", headers=JSON)[0] == 404


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.txt", "..%2fsecret.txt", "data/../../secret.txt", "review.json"),
        *("/etc/passwd", "data/", "corrections.json", "index.html/", "%00", "..\\secret.txt"),
    ],
)
def test_nothing_but_the_page_can_be_read(server, name):
    status, body, _ = ask(server, name=name)
    assert status == 404
    assert b"secret" not in body


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "localhost"}, {"Origin": "http://evil.example"}]
)
def test_other_hosts_and_pages_are_refused(server, review, headers):
    assert ask(server, headers=headers)[0] == 403
    answer = ask(
        server, "POST", "corrections", body=corrections(review), headers={**JSON, **headers}
    )
    assert answer[0] == 403


def test_corrections_are_saved_by_reviewer_as_they_are(server, review):
    for reviewer, name in (("", "corrections.json"), ("Ana Núñez", "corrections-Ana Núñez.json")):
        body = corrections(review, reviewer)
        status, told, _ = ask(server, "POST", "corrections", body=body, headers=JSON)
        assert (status, told.decode()) == (200, name)
        assert (review / name).read_bytes() == body
    assert ask(server, name="corrections")[1] == corrections(review)
    query = "corrections?reviewer=Ana%20N%C3%BA%C3%B1ez"
    assert ask(server, name=query)[1] == corrections(review, "Ana Núñez")
    assert ask(server, name="corrections?reviewer=nobody")[0] == 404


@pytest.mark.parametrize("reviewer", ["../x", "a/b", "a\\b", "\u202e", "x" * 300, "\n"])
def test_no_reviewer_writes_elsewhere(server, review, reviewer):
    before = sorted(review.parent.rglob("*"))
    body = corrections(review, reviewer)
    status, told, _ = ask(server, "POST", "corrections", body=body, headers=JSON)
    assert status == 400
    assert b"the reviewer" in told
    assert sorted(review.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"run": "0" * 64}, "another run"),
        ({"run": "x"}, "run"),
        ({"version": 2}, "version"),
        ({"corrections": [{}]}, "corrections.0"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_are_no_corrections_of_the_run_is_refused(server, review, changes, told):
    body = corrections(review, "Eve", **changes)
    status, answer, _ = ask(server, "POST", "corrections", body=body, headers=JSON)
    assert status == 400
    assert told in answer.decode()
    assert not (review / "corrections-Eve.json").exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"run":NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(server, body):
    assert ask(server, "POST", "corrections", body=body, headers=JSON)[0] == 400


def test_a_post_is_of_json_of_a_known_and_bearable_length(server, review, monkeypatch):
    body = corrections(review)
    plain = {"Content-Type": "text/plain"}
    assert ask(server, "POST", "corrections", body=body, headers=plain)[0] == 415
    assert ask(server, "POST", "index.html", body=body, headers=JSON)[0] == 404
    chunked = {**JSON, "Transfer-Encoding": "chunked"}
    assert ask(server, "POST", "corrections", body=iter([body]), headers=chunked)[0] == 411
    monkeypatch.setattr(served, "LARGEST", len(body) - 1)
    assert ask(server, "POST", "corrections", body=body, headers=JSON)[0] == 413


def test_nothing_is_told_of_a_browser_that_hangs_up(server, capfd):
    address = urlsplit(server.address)
    with socket.create_connection((address.hostname, address.port), timeout=10) as hung:
        hung.sendall(b"GET / HT")
        hung.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
    assert ask(server)[0] == 200
    time.sleep(0.2)
    assert "Traceback" not in capfd.readouterr().err


def test_other_methods_are_unknown(server):
    assert ask(server, "DELETE", "corrections")[0] == 501


def test_a_disk_that_takes_nothing_is_told(server, review, monkeypatch):
    def refuse(path, data):
        raise OutputError(f"{path}: can't be written: the disk is full")

    monkeypatch.setattr("projector.review.saved.atomic_write", refuse)
    status, told, _ = ask(server, "POST", "corrections", body=corrections(review), headers=JSON)
    assert (status, told[-16:]) == (500, b"the disk is full")


def test_a_port_that_is_taken_is_told(server, review):
    port = urlsplit(server.address).port
    with pytest.raises(OutputError, match="choose another --port"):
        ReviewServer(review, port=port)
