"""Files that are no images, or not the ones they seem: each is named in one line, and none is lost."""

import io
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unjpeg.cli import main
from unjpeg.config.registry import Dataset, merged, to_json
from unjpeg.errors import UserError
from unjpeg.foreign import shown
from unjpeg.manifest import Manifest

TEXTS = {"title": "T", "licence": "L", "citation": "C", "manual": "ask"}


def encoded(kind: str, size=(24, 40), mode="RGB", **options) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, kind, **options)
    return out.getvalue()


def png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG by hand: what its head says need not be what it holds."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def frames(kind: str) -> bytes:
    return encoded(kind, save_all=True, append_images=[Image.new("RGB", (40, 24))])


def swept(data: bytes) -> bytes:
    """A JPEG whose head is damaged: tables and size are gone."""
    return data[:20] + bytes(200) + data[220:]


def linked(target):
    return lambda path: path.symlink_to(target)


def deep(path):
    path.write_bytes(b"")
    os.truncate(path, 2 << 30)  # sparse


def closed(path):
    path.write_bytes(encoded("png"))
    path.chmod(0)


BAD = {  # name: (bytes, or what makes it; reason)
    "corrupt.jpg": (swept(encoded("jpeg")), "."),
    "short.jpg": (encoded("jpeg")[:600], "truncated"),
    "short.png": (encoded("png")[:600], "truncated"),
    "bomb.png": (png(30_000, 30_000, 8, 2, bytes(10**6)), "900000000 pixels.*decompression bomb"),
    "empty.png": (b"", "0 bytes; allowed: 1 to 1073741824"),
    "huge.png": (deep, "2147483648 bytes; allowed: 1 to 1073741824"),
    "really a.jpg": (encoded("png"), "a PNG file that is named .jpg; rename it"),
    "text.png": (b"good morning", r"not an image that can be read \(no known format\)"),
    "page.png": (b"<html>", r"not an image that can be read \(no known format\)"),
    "program.jpg": (encoded("eps"), r"not an image that can be read \(no known format\)"),
    "out.png": (linked("../elsewhere.png"), "a link out of the folder"),
    "gone.png": (linked("nowhere.png"), "a link to nothing"),
    "loop.png": (linked("loop.png"), "a link to nothing"),
    "folder.png": (Path.mkdir, "a folder"),
    "pipe.png": (os.mkfifo, "not a plain file"),
    "new\nline.png": (encoded("png"), "a control character"),
    "latin\udce4.png": (encoded("png"), "no UTF-8"),
    "gray16.png": (encoded("png", mode="I;16"), "pixel format 'I;16'"),
    "rgb16.png": (png(1, 1, 16, 2, bytes(7)), "16 bits a sample"),
    "float.tif": (encoded("tiff", mode="F"), "pixel format 'F'"),
    "moving.png": (frames("png"), "2 frames; allowed: 1"),
    "moving.webp": (frames("webp"), "2 frames; allowed: 1"),
    "pages.tiff": (frames("tiff"), "2 frames; allowed: 1"),
}
if os.geteuid():
    BAD["closed.png"] = (closed, "Permission denied")
GOOD = {
    "one.png": encoded("png", size=(1, 1)),
    "long.png": encoded("png", size=(2, 30_000)),
    "two words.PNG": encoded("png"),
    "größe 日本.png": encoded("png"),
    "print.jpg": encoded("jpeg", mode="CMYK"),
    "glass.png": encoded("png", mode="RGBA"),
    "palette.png": encoded("png", mode="P"),
    "camera.jpeg": frames("mpo"),
}


def put(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder.parent / "elsewhere.png").write_bytes(encoded("png"))
    made, path = BAD[name][0], folder / name
    path.write_bytes(made) if isinstance(made, bytes) else made(path)
    return path


def put_good(folder: Path) -> None:
    folder.mkdir()
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)


def command(folder: Path, count: int, **entry) -> list[str]:
    text = to_json(Dataset(**TEXTS, path=str(folder), count=count, **entry))
    home = folder.parent
    return f"fetch --dataset toy --folder {home} --manifest {home}/m.json --entry".split() + [text]


def named(capsys, path: Path, reason: str) -> None:
    """Exactly one line, which names the file and says why."""
    (line,) = capsys.readouterr().err.splitlines()
    assert shown(path) in line
    _, _, told = line.partition(shown(path) + ": ")
    assert re.search(reason, told, re.IGNORECASE) and told, line


@pytest.mark.parametrize("name", BAD)
def test_a_data_set_stops(name, tmp_path, capsys):
    put_good(tmp_path / "mine")
    path = put(tmp_path / "mine", name)
    assert main(command(tmp_path / "mine", len(GOOD) + 1)) == 2
    named(capsys, path, BAD[name][1])
    assert not (tmp_path / "m.json").exists()


def test_a_data_set_skips_if_told_and_says_what(tmp_path, capsys):
    put_good(tmp_path / "mine")
    for name in BAD:
        put(tmp_path / "mine", name)
    asked = command(tmp_path / "mine", len(GOOD), unreadable="skip")
    assert main(asked) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(BAD) + 1
    assert lines[-1] == f"left out: {len(BAD)} of {len(BAD) + len(GOOD)} files in {tmp_path}/mine"
    manifest = Manifest.load(tmp_path / "m.json")
    assert set(manifest.left_out) == {shown(name) for name in BAD}
    assert {image.file for image in manifest.images} == set(GOOD)
    assert all(manifest.read(i).shape[:2] == (i.height, i.width) for i in manifest.images)
    first = (tmp_path / "m.json").read_bytes()
    assert main(asked) == 0
    assert (tmp_path / "m.json").read_bytes() == first
    (tmp_path / "mine" / "empty.png").unlink()  # what is left out is part of the set's identity
    assert main(asked) == 0
    assert (tmp_path / "m.json").read_bytes() != first


def test_the_count_holds_while_skipping(tmp_path, capsys):
    put_good(tmp_path / "mine")
    put(tmp_path / "mine", "empty.png")
    assert main(command(tmp_path / "mine", len(GOOD) + 1, unreadable="skip")) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"{len(GOOD)} images in {tmp_path}/mine (1 left out), want {len(GOOD) + 1}")


def test_an_image_with_a_known_digest_is_never_skipped(tmp_path, capsys):
    put_good(tmp_path / "mine")
    path = put(tmp_path / "mine", "short.png")
    entry = {"unreadable": "skip", "sha256_of_images": {"short": "0" * 64}}
    assert main(command(tmp_path / "mine", len(GOOD), **entry)) == 2
    named(capsys, path, "truncated")


def test_a_set_of_the_registry_cannot_be_told_to_skip():
    known = {"toy": Dataset(**TEXTS, count=1)}
    with pytest.raises(
        UserError, match="unreadable: of a data set of the registry a study may set only path"
    ):
        merged(known, {"toy": {"path": "/x", "unreadable": "skip"}})


def test_a_linked_folder_is_named_and_a_hidden_file_is_not(tmp_path, capsys):
    put_good(tmp_path / "mine")
    put_good(tmp_path / "other")
    (tmp_path / "mine" / "._one.png").write_bytes(b"resource fork")
    (tmp_path / "mine" / "more").symlink_to(tmp_path / "other")
    assert main(command(tmp_path / "mine", len(GOOD))) == 2
    named(capsys, tmp_path / "mine" / "more", "a link to a folder, which is not followed")


def test_a_manifest_without_faults_is_as_it_was(tmp_path):
    put_good(tmp_path / "mine")
    assert main(command(tmp_path / "mine", len(GOOD))) == 0
    assert "left_out" not in (tmp_path / "m.json").read_text("utf-8")


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("verb", ["evaluate", "leaks"])
def test_folders_of_other_verbs(verb, name, tmp_path, capsys):
    path = put(tmp_path / "mine", name)
    out = tmp_path / "out.csv"
    options = {
        "evaluate": ["evaluate", str(path.parent), "--degradation", "q10", "--out", str(out)],
        "leaks": ["leaks", "--train", str(path.parent), "--test", str(path.parent), "--output", str(out)],
    }
    assert main(options[verb]) == 2
    named(capsys, path, BAD[name][1])
    assert not out.exists()


def test_good_ones_are_scored_or_named(tmp_path, capsys):
    """A metric may need more pixels than 1x1: one line, and never less than all."""
    put_good(tmp_path / "mine")
    asked = ["evaluate", str(tmp_path / "mine"), "--degradation", "q10", "--out", str(tmp_path / "o.csv")]
    assert main([*asked, "--metrics", "psnr"]) == 0
    assert len((tmp_path / "o.csv").read_text("utf-8").splitlines()) == len(GOOD) + 1
    capsys.readouterr()
    assert main([*asked, "--metrics", "ssim"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "mine/long" in line


def test_a_bomb_takes_no_memory(tmp_path):
    path = put(tmp_path / "mine", "bomb.png")
    # The process's own peak: ru_maxrss would count that of the process that started it.
    code = "from unjpeg.cli import main; main({}); "
    code += "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    program = [sys.executable, "-c", code.format(command(path.parent, 1))]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert "decompression bomb" in done.stderr
    assert int(done.stdout) < 500_000  # kB; decoded it would be 2,700,000
