"""Peers that are slow, silent, gone or wrong: nobody else notices."""

import gc
import socket
import threading
import time
import weakref

import pytest

from unjpeg.web import uploads
from unjpeg.web.server import Handler, Server, hosts
from unjpeg.web.turns import WAITING

from .asking import ask

LARGE = bytes(20_000_000)  # more than sockets hold by themselves


class Picture:
    """What is restored; whether it is still there can be asked."""


class Service:
    """In the place of the networks: what is asked comes back at once, `large` as much more."""

    def models(self):
        return []

    def restore(self, data, wishes):
        self.thread, self.picture = threading.get_ident(), weakref.ref(picture := Picture())
        if data == b"broken":
            raise RuntimeError("a mistake of ours", picture)
        return {"length": len(data)}, {"after": LARGE if data == b"large" else data}


@pytest.fixture
def server():
    """For files of up to 1000 bytes."""
    yield from serving("127.0.0.1")


@pytest.fixture
def address(server):
    return server.server_address[:2]


@pytest.fixture
def service(server):
    return server.service


def serving(host, port=0):
    try:
        server = Server((host, port), Service(), 1000)
    except OSError:
        pytest.skip(f"no {host}:{port} here")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def sent(address, body, length=None):
    """A connection over which a picture of a length, or only its beginning, was sent."""
    host = "[::1]" if ":" in address[0] else address[0]
    head = f"POST /restore HTTP/1.1\r\nHost: {host}:{address[1]}\r\nX-Unjpeg: 1\r\n"
    peer = socket.create_connection(address, timeout=60)
    peer.sendall(f"{head}Content-Length: {length or len(body)}\r\n\r\n".encode("latin-1") + body)
    return peer


def received(peer, length):
    """As many bytes, fewer where the server closes before."""
    found = bytearray()
    while len(found) < length and (piece := peer.recv(length - len(found))):
        found += piece
    return bytes(found)


def test_who_does_not_read_his_answer_holds_up_nobody(address):
    peer = sent(address, b"large")
    assert received(peer, 12) == b"HTTP/1.1 200"
    assert ask(address, b"small")[0] == 200
    assert len(received(peer, len(LARGE))) == len(LARGE)  # it was still being sent


def test_uploads_that_only_begin_take_no_place(address):
    peers = [sent(address, b"a", 1000) for _ in range(3 * WAITING)]
    assert ask(address, b"small")[0] == 200
    peers[0].sendall(bytes(999))
    assert received(peers[0], 12) == b"HTTP/1.1 200"


def test_an_upload_has_a_time_as_a_whole(address, monkeypatch):
    monkeypatch.setattr(uploads, "TIME", 0.5)
    monkeypatch.setattr(Handler, "timeout", 5)
    peer = sent(address, b"a", 1000)
    for _ in range(20):
        time.sleep(0.05)
        peer.sendall(b"a")
    peer.settimeout(2)
    assert received(peer, 12) == b"HTTP/1.1 408"


def test_uploads_together_have_a_limit(server, address):
    peers = [sent(address, bytes(950), 1000) for _ in range(2)]
    until(lambda: server.uploads.held == 1900)
    status, answer = ask(address, bytes(500))
    assert status == 503 and "too many pictures are being sent" in answer["error"]
    peers[0].close()  # gone: what it sent counts no more
    until(lambda: server.uploads.held == 950)
    assert ask(address, bytes(500))[0] == 200
    peers[1].sendall(bytes(50))
    assert received(peers[1], 12) == b"HTTP/1.1 200"


def until(true):
    """Wait for what other threads do in their own time."""
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("never")


def test_half_an_upload_is_no_picture_and_no_mistake_of_ours(address, capfd):
    peer = sent(address, b"half", 1000)
    peer.shutdown(socket.SHUT_WR)
    assert received(peer, 1) == b""
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("length", "status"), [("²", 411), ("-1", 411), ("1e3", 411), ("9" * 5000, 411), ("1001", 413)]
)
def test_a_length_that_cannot_be_is_answered(address, capfd, length, status):
    peer = sent(address, b"", length)
    assert received(peer, 12) == f"HTTP/1.1 {status}".encode()
    assert ask(address, b"small")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_refusal_reaches_who_is_still_sending(address):
    peer = sent(address, bytes(500), len(LARGE))
    time.sleep(0.2)  # refused by now
    peer.sendall(LARGE[500:])
    assert received(peer, 12) == b"HTTP/1.1 413"


def test_mistakes_of_ours_are_told_and_the_server_lives(address, capfd):
    assert ask(address, b"broken") == (500, {"error": "this picture could not be restored"})
    assert "a mistake of ours" in capfd.readouterr().err
    assert ask(address, b"small")[0] == 200


def test_all_pictures_are_restored_in_one_thread(address, service):
    peers, threads = [], set()
    for _ in range(3):
        peers.append(sent(address, b"small"))  # kept open, so that its own thread stays
        assert received(peers[-1], 12) == b"HTTP/1.1 200"
        threads.add(service.thread)
    assert len(threads) == 1


@pytest.mark.parametrize("body", [b"small", b"broken"])
def test_nothing_is_kept_after_an_answer(address, service, body):
    gc.disable()  # what only a collector would find is kept too long
    try:
        ask(address, body)
        until(lambda: service.picture() is None)
    finally:
        gc.enable()


def test_mistakes_outside_of_answers_are_told_too(address, capfd, monkeypatch):
    monkeypatch.setattr(Handler, "do_GET", lambda self: 1 / 0)
    peer = socket.create_connection(address, timeout=60)
    peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert received(peer, 1) == b""
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_browsers_do_not_say_that_a_port_is_80():
    """Nor does http.client. Who may not listen there skips this; what is allowed is told in any case."""
    assert hosts("127.0.0.1", 80) == {"localhost:80", "127.0.0.1:80", "localhost", "127.0.0.1"}
    assert hosts("::1", 80) - hosts("::1", 81) == {"localhost:80", "[::1]:80", "localhost", "[::1]"}
    assert hosts("192.168.0.7", 8080) == {"192.168.0.7:8080"}
    servers = serving("127.0.0.1", 80)
    address = next(servers).server_address[:2]
    assert ask(address, b"small")[0] == ask(address, b"small", Host="localhost")[0] == 200
    assert ask(address, b"small", Host="evil.example")[0] == 403
    servers.close()


def test_ipv6_is_listened_at():
    servers = serving("::1")
    address = next(servers).server_address[:2]
    assert ask(address, b"small")[0] == 200
    assert ask(address, b"small", Host=f"localhost:{address[1]}")[0] == 200
    assert ask(address, b"small", Host=f"::1:{address[1]}")[0] == 403
    servers.close()
