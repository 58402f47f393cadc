import hashlib
import json
import os
import socket

import pytest

from unjpeg.config.registry import Remote
from unjpeg.errors import UserError
from unjpeg.sources.ledger import Ledger
from unjpeg.sources.web import fetch

DATA = os.urandom(3_000_000)
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def get(server, tmp_path):
    """Fetch f.zip from these paths of the server, into a folder that stays the same within a test."""

    def get(*paths, sha256=SHA, retries=2, timeout=5.0, **digests):
        remote = Remote(file="f.zip", sha256=sha256, **digests)
        urls = tuple(server.url + path for path in paths)
        return fetch(remote, urls, Ledger(tmp_path / "d"), retries, timeout, pause=0.001)

    return get


def refused(get, tmp_path, *paths, **options) -> str:
    """The one line of the error; nothing must stand under the final name."""
    with pytest.raises(UserError) as error:
        get(*paths, **options)
    assert not (tmp_path / "d" / "f.zip").exists()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_fetches_once_and_leaves_only_the_file_and_the_record(server, get, tmp_path):
    server.answers["/f"] = [DATA]
    assert get("/f").read_bytes() == DATA
    assert get("/f").read_bytes() == DATA
    assert len(server.requests) == 1
    assert sorted(os.listdir(tmp_path / "d")) == ["checksums.json", "f.zip"]


def test_a_dropped_connection_is_resumed_and_only_the_rest_is_sent(server, get):
    server.answers["/f"] = [server.dropped(DATA, 1_200_000), server.ranged(DATA)]
    assert get("/f").read_bytes() == DATA
    (_, first), (_, second) = server.requests
    assert first is None
    assert second.startswith("bytes=")
    had = int(second.removeprefix("bytes=").rstrip("-"))
    assert 0 < had <= 1_200_000
    assert server.sent == 1_200_000 + len(DATA) - had


def test_a_later_run_resumes_what_an_earlier_one_left(server, get, tmp_path):
    server.answers["/f"] = [server.dropped(DATA, 2_000_000), server.ranged(DATA)]
    refused(get, tmp_path, "/f", retries=0)
    assert (tmp_path / "d" / "f.zip.part").stat().st_size > 0
    assert get("/f", retries=0).read_bytes() == DATA
    assert server.sent < 4_000_000


def test_a_server_that_ignores_range_makes_it_start_again(server, get):
    server.answers["/f"] = [server.dropped(DATA, 1_000_000), server.whole(DATA)]
    assert get("/f").read_bytes() == DATA
    assert server.requests[1][1] is not None


def test_a_wrong_part_is_thrown_away_and_the_file_fetched_anew(server, get, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f.zip.part").write_bytes(b"rubbish" * 1000)
    server.answers["/f"] = [DATA]
    assert get("/f").read_bytes() == DATA
    assert [r is not None for _, r in server.requests] == [True, False]


def test_a_part_longer_than_the_file_is_thrown_away(server, get, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f.zip.part").write_bytes(DATA + b"more")
    server.answers["/f"] = [DATA]
    assert get("/f").read_bytes() == DATA


def test_without_a_digest_two_versions_are_never_mixed(server, get):
    other = os.urandom(len(DATA))
    server.answers["/f"] = [server.dropped(other, 1_000_000, '"v1"'), server.ranged(DATA, '"v2"')]
    assert get("/f", sha256=None).read_bytes() == DATA


def test_without_a_digest_another_mirror_starts_from_nothing(server, get):
    server.answers["/a"] = [server.dropped(os.urandom(len(DATA)), 1_000_000), 404]
    server.answers["/b"] = [DATA]
    assert get("/a", "/b", sha256=None).read_bytes() == DATA
    assert server.requests[-1] == ("/b", None)


def test_mirrors_are_tried_in_order_and_the_first_good_one_ends_it(server, get):
    server.answers |= {"/a": [404], "/b": [DATA], "/c": [DATA]}
    get("/a", "/b", "/c")
    assert [path for path, _ in server.requests] == ["/a", "/b"]


def test_busy_servers_are_asked_again_but_a_404_is_final(server, get, tmp_path):
    server.answers |= {"/busy": [503, 429, DATA], "/gone": [404]}
    get("/busy")
    assert len(server.requests) == 3
    (tmp_path / "d" / "f.zip").unlink()
    refused(get, tmp_path, "/gone")
    assert len(server.requests) == 4


def test_the_error_lists_every_mirror_with_its_reason(server, get, tmp_path):
    server.answers |= {
        "/b": [503],
        "/c": [server.page],
        "/d": [b"other bytes"],
        "/e": [server.dropped(DATA, 10)],
    }
    text = refused(get, tmp_path, "/a", "/b", "/c", "/d", "/e", retries=1)
    for part in ("/a: HTTP 404", "/b: HTTP 503", "/c: an HTML page", "/d: sha256 is", "/e: "):
        assert part in text
    assert f"want {SHA}" in text
    assert "attempt 2" in text


@pytest.mark.parametrize("answer", ["page", "disguised"])
def test_html_instead_of_the_file_is_refused_even_without_a_digest(server, get, tmp_path, answer):
    server.answers["/f"] = [getattr(server, answer)]
    assert "HTML page" in refused(get, tmp_path, "/f", sha256=None)


def test_redirects_are_followed_also_to_a_page(server, get, tmp_path):
    server.answers |= {
        "/old": [server.moved("/new")],
        "/new": [DATA],
        "/out": [server.moved("/login")],
        "/login": [server.page],
    }
    assert "HTML page" in refused(get, tmp_path, "/out")
    assert get("/old").read_bytes() == DATA


def test_a_truncated_file_is_refused_where_nobody_knows_its_digest(server, get, tmp_path):
    server.answers["/f"] = [server.dropped(DATA, 1000)]
    refused(get, tmp_path, "/f", sha256=None)


def test_a_server_that_falls_silent_is_given_up(server, get, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/f"
        with pytest.raises(UserError, match="imed out"):
            fetch(Remote(file="f.zip"), (url,), Ledger(tmp_path / "d"), 0, 0.2, 0.001)


def test_nobody_listens(get, tmp_path, server):
    server.close()
    assert "refused" in refused(get, tmp_path, "/f", retries=1)


def test_the_first_digest_is_recorded_and_enforced(server, get, tmp_path):
    server.answers["/f"] = [DATA, DATA[::-1]]
    get("/f", sha256=None)
    assert json.loads((tmp_path / "d" / "checksums.json").read_text())["files"] == {"f.zip": SHA}
    (tmp_path / "d" / "f.zip").unlink()
    assert "recorded in" in refused(get, tmp_path, "/f", sha256=None)


def test_prefix_and_md5_are_enforced(server, get, tmp_path):
    server.answers["/f"] = [DATA]
    assert "want 00000000..." in refused(get, tmp_path, "/f", sha256=None, sha256_prefix="0" * 8)
    assert "md5 is" in refused(get, tmp_path, "/f", sha256=None, md5="0" * 32)
    get("/f", sha256=None, sha256_prefix=SHA[:8], md5=hashlib.md5(DATA).hexdigest())


def test_a_damaged_file_is_fetched_again(server, get, tmp_path, capsys):
    server.answers["/f"] = [DATA]
    get("/f").write_bytes(DATA[:-1])
    assert get("/f").read_bytes() == DATA
    assert "fetched again" in capsys.readouterr().err
