"""The web page in a browser, and its server under bad requests."""

import http.client
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial

import numpy as np
import psutil
import pytest
from PIL import Image
from skimage import data

from unjpeg import zoo
from unjpeg.cli import main

from ..small_fbcnn import written
from .asking import ask

LOADS = """source => new Promise((done) => {
  const image = new Image();
  image.onload = () => done(true);
  image.onerror = () => done(false);
  image.src = source;
})"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """(host, port) of a server that runs as a user would start it, with models of one's own."""
    own = tmp_path_factory.mktemp("models")
    card = json.loads((written(own / "told") / "card.json").read_text())
    (own / "later").mkdir()
    (own / "later" / "card.json").write_text(json.dumps(card | {"arch": "of_a_later_version"}))
    command = [sys.executable, "-m", "unjpeg", "web", "--port", "0", "--max-bytes", "2", "--max-pixels", "4"]
    environment = os.environ | {"UNJPEG_MODELS": str(own)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    line = process.stdout.readline()
    assert line.startswith("http://127.0.0.1:"), line
    yield "127.0.0.1", int(line.split(":")[2].split("/")[0])
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    clean = Image.fromarray(data.astronaut()[:240, 80:400])
    clean.save(folder / "clean.png")
    clean.save(folder / "bad photo.jpg", quality=15)
    clean.save(folder / "bad.tif")
    (folder / "text.jpg").write_text("good morning")
    Image.new("1", (9000, 9000)).save(folder / "bomb.png")
    (folder / "large.jpg").write_bytes(bytes(3_000_000))
    return folder


def test_a_picture_is_answered(address, folder):
    status, answer = ask(address, (folder / "bad photo.jpg").read_bytes())
    assert status == 200 and answer["done"] and answer["file"] == "quality 15, 4:2:0"
    assert answer["size"] == [320, 240] and len(answer["tiles"]) == 1
    assert answer["quality"] == pytest.approx(15, abs=2)
    status, answer = ask(address, (folder / "clean.png").read_bytes())
    assert status == 200 and not answer["done"] and "after" not in answer
    status, answer = ask(address, (folder / "clean.png").read_bytes(), "force=1")
    assert answer["done"] and Image.open(io.BytesIO(answer["after"])).size == (320, 240)
    assert "before" not in answer
    status, answer = ask(address, (folder / "bad.tif").read_bytes(), "force=1")  # browsers do not show TIFF
    before = np.asarray(Image.open(io.BytesIO(answer["before"])))
    assert np.array_equal(before, np.asarray(Image.open(folder / "bad.tif")))


def test_turns_are_those_of_the_command_line(address, folder, tmp_path):
    data = (folder / "bad photo.jpg").read_bytes()
    status, answer = ask(address, data, "ensemble=4")
    assert status == 200 and answer["after"] != ask(address, data)[1]["after"]
    words = [str(folder / "bad photo.jpg"), "-o", str(tmp_path / "cli.png"), "--ensemble", "4"]
    assert main(["restore", *words]) == 0
    theirs = Image.open(io.BytesIO(answer["after"]))
    assert np.array_equal(np.asarray(theirs), np.asarray(Image.open(tmp_path / "cli.png")))


@pytest.mark.parametrize(
    ("file", "status", "says"),
    [
        ("text.jpg", 422, "not an image that can be read"),
        ("bomb.png", 422, "9000x9000 pixels; allowed: 4 megapixels"),
        ("large.jpg", 413, "3 MB; allowed: 2 MB"),
    ],
)
def test_bad_uploads_are_an_error_and_the_server_lives(address, folder, file, status, says):
    found, answer = ask(address, (folder / file).read_bytes())
    assert found == status and says in answer["error"]
    assert ask(address, (folder / "clean.png").read_bytes())[0] == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("model=../../etc", "no model '../../etc'"),
        ("model=photo-detector", "no model 'photo-detector'"),
        ("strength=7", "strength 7; allowed: 0 to 1"),
        ("strength=x", "strength 'x'; allowed: a number"),
        ("force=2", "force '2'; allowed: '0', '1'"),
        ("consistent=maybe", "consistent 'maybe'; allowed: '', '0', '1'"),
        ("ensemble=" + 5000 * "1", "ensemble '1111111111'; allowed: 1, 2, 4, 8 turns of the picture"),
        ("ensemble=3", "ensemble 3; allowed: 1, 2, 4, 8 turns of the picture"),
        ("ensemble=4.0", "ensemble '4.0'; allowed: 1, 2, 4, 8 turns of the picture"),
    ],
)
def test_wrong_wishes_are_an_error(address, folder, query, says):
    status, answer = ask(address, (folder / "clean.png").read_bytes(), query)
    assert status == 422 and says in answer["error"]


def test_only_the_page_itself_may_ask(address, folder):
    body = (folder / "clean.png").read_bytes()
    assert ask(address, body, X_Unjpeg="")[0] == 403
    assert ask(address, body, Host="evil.example")[0] == 403
    assert ask(address, None, method="GET", path="/", Host="evil.example")[0] == 403
    for path in ("/etc/passwd", "/../../etc/passwd", "/page.html", "/restore"):
        assert ask(address, None, method="GET", path=path)[0] == 404
    connection = http.client.HTTPConnection(*address, timeout=60)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"


def test_what_is_no_request_of_the_page_is_refused_as_all_else(address):
    for method in ("PUT", "DELETE", "BREW"):
        status, answer = ask(address, b"x", method=method)
        assert status == 501 and answer["error"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_it_in_the_middle_of_a_picture_and_keeps_none(tmp_path, number):
    command = [sys.executable, "-m", "unjpeg", "web", "--port", "0"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    default = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may ignore it
    with subprocess.Popen(command, env=environment, preexec_fn=default, **pipes) as process:
        port = int(process.stdout.readline().split(":")[2].split("/")[0])
        noise = np.random.default_rng(0).integers(0, 255, (3000, 3000, 3), np.uint8)
        out = io.BytesIO()
        Image.fromarray(noise).save(out, "jpeg", quality=10)
        lost = (OSError, http.client.HTTPException)

        def asks():
            with suppress(*lost):
                ask(("127.0.0.1", port), out.getvalue())

        asking = threading.Thread(target=asks)
        asking.start()
        before = psutil.Process(process.pid).cpu_times().user
        while psutil.Process(process.pid).cpu_times().user < before + 3:  # well into the network
            time.sleep(0.1)
        process.send_signal(number)
        try:
            error = process.communicate(timeout=120)[1]
        finally:
            process.kill()
            asking.join()
    assert process.returncode == 130
    assert error == "unjpeg web: stopped\n"
    assert not list(tmp_path.iterdir())


def test_more_than_a_few_at_once_are_sent_away(address, folder):
    body, found = (folder / "bad photo.jpg").read_bytes(), []
    threads = [threading.Thread(target=lambda: found.append(ask(address, body)[0])) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {200, 503}
    assert ask(address, body)[0] == 200


def test_models_of_ones_own_are_listed_with_what_they_take(address):
    found = ask(address, None, method="GET", path="/models")[1]
    takes = [(model["name"], model["takes_quality"]) for model in found]
    assert takes == [("photo", False), ("photo-small", False), ("told", True)]


def test_models_that_ship_for_comparison_are_not_offered(address):
    found = {model["name"] for model in ask(address, None, method="GET", path="/models")[1]}
    assert "car-cnn" in zoo.shipped() and "car-cnn" not in found


def test_the_page_in_a_browser(address, folder, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.skip("no chromium here")
    url = f"http://{address[0]}:{address[1]}/"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page, asked, errors = browser.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.set_input_files("#files", [folder / n for n in ("bad photo.jpg", "clean.png", "text.jpg")])
        page.click("#go")
        page.wait_for_selector("article:nth-of-type(3) .wrong", timeout=120_000)
        assert "quality 15, 4:2:0" in page.inner_text("article:nth-of-type(1) .answer")
        assert "left as it is" in page.inner_text("article:nth-of-type(2)")
        assert "not an image" in page.inner_text("article:nth-of-type(3) .wrong")
        clip = "getComputedStyle(document.querySelector('.stage .after')).clipPath"
        before = page.evaluate(clip)
        page.locator("input.wide").fill("10")
        assert before != page.evaluate(clip) and "10%" in page.evaluate(clip)
        with page.expect_download() as download:
            page.click("text=Download PNG")
        download.value.save_as(tmp_path / "page.png")
        assert download.value.suggested_filename == "bad photo.restored.png"
        assert not page.is_visible("#quality")
        old = page.get_attribute(".stage .after", "src")
        assert page.evaluate(LOADS, old)
        page.select_option("#model", "told")
        page.fill("#quality", "30")
        page.click("#go")
        page.wait_for_selector("article:nth-of-type(3) .wrong", timeout=120_000)
        assert "told quality 30" in page.inner_text("article:nth-of-type(1)")
        assert not page.evaluate(LOADS, old)  # pictures that are not shown any more take no memory
        page.select_option("#model", "photo")
        page.fill("#strength", "0")
        page.click("#go")
        page.wait_for_selector("article:nth-of-type(3) .wrong", timeout=120_000)
        assert "strength 0" in page.inner_text("article:nth-of-type(1)")
        page.set_input_files("#files", [folder / "large.jpg", folder / "bad.tif"])
        page.fill("#strength", "1")
        page.check("#force")
        page.click("#go")
        page.wait_for_selector("article:nth-of-type(2) .stage", timeout=120_000)
        assert page.inner_text("article:nth-of-type(1) .wrong") == "3 MB; allowed: 2 MB"
        assert page.evaluate(LOADS, page.get_attribute(".stage .before", "src"))
        browser.close()
    assert not errors
    assert not [u for u in asked if not u.startswith((url, "blob:", "data:"))]
    assert main(["restore", str(folder / "bad photo.jpg"), "-o", str(tmp_path / "cli.png")]) == 0
    ours, theirs = (np.asarray(Image.open(tmp_path / name)) for name in ("page.png", "cli.png"))
    assert np.array_equal(ours, theirs)


def test_a_port_that_is_taken_is_one_line(address, capsys):
    assert main(["web", "--port", str(address[1])]) == 2
    assert "Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--max-memory", "--max-pixels", "--max-bytes"])
@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1", "1e300", "much"])
def test_limits_are_positive_numbers(option, value, capsys):
    with pytest.raises(SystemExit):
        main(["web", f"{option}={value}"])
    assert f"{option}: {value!r}; allowed: a number above 0, up to 1e+06" in capsys.readouterr().err


def test_an_empty_address_is_not_all_addresses(capsys):
    with pytest.raises(SystemExit):
        main(["web", "--host", ""])
    assert "--host: '' is no address; 127.0.0.1 is this machine" in capsys.readouterr().err


def test_a_limit_that_leaves_no_room_is_one_line(capsys):
    assert main(["web", "--max-memory", "1", "--max-bytes", "600"]) == 2
    error = capsys.readouterr().err
    assert "--max-memory 1: " in error and "GiB are needed before the first picture" in error
