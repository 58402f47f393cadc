"""`unjpeg restore` on videos that PyAV wrote."""

import subprocess
import sys

import av
import numpy as np
import pytest

from unjpeg import zoo
from unjpeg.cli import main
from unjpeg.errors import UserError
from unjpeg.photos import clip
from unjpeg.photos.precision import in_precision
from unjpeg.photos.restoring import restored
from unjpeg.photos.video import with_tables
from unjpeg.restorer import Restorer

from . import clips


def psnr(a, b):
    return 10 * np.log10(255**2 / np.square(a.astype(float) - b).mean())


def only(folder):
    """Names in a folder, hidden ones too."""
    return sorted(p.name for p in folder.iterdir())


@pytest.fixture
def avi(tmp_path):
    clips.write(tmp_path / "clip.avi", clips.moving(6))
    return tmp_path / "clip.avi"


def test_motion_jpeg_is_restored_and_its_sound_copied(avi, tmp_path, capsys):
    assert main(["restore", str(avi)]) == 0
    assert only(tmp_path) == ["clip.avi", "clip.restored.mkv"]
    result, clean = tmp_path / "clip.restored.mkv", clips.moving(6)
    assert clips.packets(result, "audio") == clips.packets(avi, "audio")
    before, after = clips.frames(avi), clips.frames(result)
    assert [time for time, _ in after] == [time for time, _ in before]
    for (_, old), (_, new), wanted in zip(before, after, clean):
        assert psnr(new, wanted) > psnr(old, wanted) + 0.3
    with av.open(str(result)) as file:
        assert file.metadata["title"] == "a walk"
        assert file.streams.video[0].codec_context.name == "h264"
    assert "Motion-JPEG; 6 frames; 100.0% of it" in capsys.readouterr().err


def test_each_packet_is_restored_as_the_jpeg_file_that_it_is(avi, tmp_path):
    assert main(["restore", str(avi), "-o", str(tmp_path / "x.mkv"), "--video-codec", "ffv1"]) == 0
    restorer = in_precision(Restorer(zoo.find("photo")))
    for data, (_, pixels) in zip(clips.packets(avi, "video"), clips.frames(tmp_path / "x.mkv"), strict=True):
        assert np.array_equal(pixels, restored(data, restorer, None).pixels)


def test_packets_without_huffman_tables_are_whole_files_again(avi):
    data = clips.packets(avi, "video")[0]
    place = data.index(b"\xff\xc4")
    end = data.index(b"\xff\xda")
    bare, place = data[:2], 2
    while data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        bare += b"" if data[place + 1] == 0xC4 else data[place:end]
        place = end
    bare += data[place:]
    assert with_tables(data) == data and b"\xff\xc4" not in bare
    restorer = Restorer(zoo.find("photo"))
    whole, found = (restored(d, restorer, None) for d in (data, with_tables(bare)))
    assert np.array_equal(whole.pixels, found.pixels) and found.held == whole.held


def test_times_that_vary_stay(tmp_path):
    times = [0, 100, 150, 400, 500, 610]
    for name, codec in (("a.mp4", "libx264"), ("b.mkv", "mjpeg")):
        clips.write(tmp_path / name, clips.moving(6), codec, "aac", times=times)
        target = tmp_path / f"new-{name}"
        assert main(["restore", str(tmp_path / name), "-o", str(target), "--force"]) == 0
        assert [round(1000 * time) for time, _ in clips.frames(target)] == times
        assert clips.packets(target, "audio") == clips.packets(tmp_path / name, "audio")


@pytest.mark.parametrize("size", [(95, 128), (96, 127), (31, 33)])
@pytest.mark.parametrize("codec", ["h264", "ffv1"])
def test_odd_sides_stay(tmp_path, size, codec):
    clips.write(tmp_path / "a.avi", clips.moving(2, size), pix_fmt="yuvj444p")
    assert main(["restore", str(tmp_path / "a.avi"), "--video-codec", codec]) == 0
    assert [f.shape for _, f in clips.frames(tmp_path / "a.restored.mkv")] == [(*size, 3)] * 2


@pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_turned_video_stays_turned(tmp_path, codec, ending):
    plain, turned = tmp_path / f"plain{ending}", tmp_path / f"turned{ending}"
    clips.write(plain, clips.moving(3), codec, None)
    with av.open(str(plain)) as old, av.open(str(turned), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        stream.set_display_rotation(90)
        for packet in old.demux():
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    assert main(["restore", str(turned), "--force"]) == 0
    with av.open(str(turned)) as before, av.open(str(tmp_path / f"turned.restored{ending}")) as after:
        rotation = [next(file.decode(video=0)).rotation for file in (before, after)]
    assert rotation[0] == rotation[1] != 0


def test_colours_and_their_standard_stay(tmp_path):
    clean = clips.moving(3)
    clips.write(tmp_path / "a.mp4", clean, "libx264", None, crf=4, colorspace="bt709", color_range="tv")
    assert main(["restore", str(tmp_path / "a.mp4"), "--force"]) == 0
    with av.open(str(tmp_path / "a.mp4")) as old, av.open(str(tmp_path / "a.restored.mp4")) as new:
        first, second = (next(file.decode(video=0)) for file in (old, new))
    assert (second.colorspace, second.color_range) == (first.colorspace, first.color_range) == (1, 1)
    means = [clip.rgb(frame).mean((0, 1)) for frame in (first, second)]
    assert np.abs(means[0] - means[1]).max() < 1  # another matrix: 4


def test_what_was_never_compressed_is_left(tmp_path, capsys):
    clips.write(tmp_path / "a.mkv", clips.moving(3, (128, 160)), "ffv1", None, pix_fmt="bgr0")
    assert main(["restore", str(tmp_path / "a.mkv")]) == 0
    assert only(tmp_path) == ["a.mkv"]
    assert "never compressed: left as it is" in capsys.readouterr().err


def test_what_is_no_whole_video_is_one_line(tmp_path, capsys, avi):
    clips.write(tmp_path / "long.avi", clips.moving(20))
    clips.write(tmp_path / "long.mkv", clips.moving(20))
    for name in ("long.avi", "long.mkv"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / f"cut-{name}").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.mp4").write_text("good morning")
    (tmp_path / "empty.mkv").touch()
    (tmp_path / "list.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{avi}\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.mkv").write_text(f"ffconcat version 1.0\nfile {avi.name}\n")
    with av.open(str(tmp_path / "sound.mkv"), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        part = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        part.sample_rate = 8000
        out.mux(stream.encode(part))
    before = only(tmp_path)
    says = {
        "cut-long.avi": "cut off: ends after 0.9 of 2.0 s",
        "cut-long.mkv": "cut off: ends after",
        "text.mp4": "not a video that can be read",
        "empty.mkv": "not a video that can be read",
        "list.mp4": "not a video that can be read",
        "list.mkv": "not a video that can be read",
        "sound.mkv": "no video in it",
    }
    assert main(["restore", *(str(tmp_path / name) for name in says)]) == 1
    shown = capsys.readouterr()
    lines = shown.err.splitlines()[-len(says) :]
    for (name, why), line in zip(says.items(), lines, strict=True):
        assert line.startswith(f"{tmp_path / name}: {why}")
    assert shown.out == "0 restored, 0 left as they are, 7 failed\n"
    assert only(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "codec", "first", "rate"),
    [
        ("late.mkv", "libx264", 3000, 10),
        ("late.webm", "libvpx", 3000, 10),
        ("late.mp4", "libx264", 3000, 10),
        ("late.wmv", "wmv2", 3000, 10),
        ("slow.wmv", "wmv2", 0, 1),
        ("slow.flv", "libx264", 0, 1),
        ("slow.ts", "libx264", 0, 1),
    ],
)
def test_whole_videos_are_not_cut_off_and_halves_are(tmp_path, name, codec, first, rate):
    """Headers count from 0 or from the first frame, and packets may not say how long they last."""
    times = [first + 1000 // rate * k for k in range(30)]
    clips.write(tmp_path / name, clips.moving(30), codec, None, times=times, rate=rate)
    assert clip.survey(tmp_path / name, None, 10**6).packets == 30
    if not name.endswith((".mkv", ".webm", ".flv")):  # FFmpeg tells of no promise where these are cut
        return
    whole = (tmp_path / name).read_bytes()
    (tmp_path / f"cut-{name}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="^cut off: ends after|^no frames in it"):
        clip.survey(tmp_path / f"cut-{name}", None, 10**6)


def test_a_damaged_frame_is_left_out_and_told(tmp_path, capsys):
    clips.write(tmp_path / "a.avi", clips.moving(5), sound=None)
    data = bytearray((tmp_path / "a.avi").read_bytes())
    packet = clips.packets(tmp_path / "a.avi", "video")[2]
    place = bytes(data).index(packet)
    data[place : place + len(packet)] = bytes(len(packet))
    (tmp_path / "a.avi").write_bytes(data)
    assert main(["restore", str(tmp_path / "a.avi")]) == 0
    assert "4 frames; 1 damaged left out" in capsys.readouterr().err
    assert [round(10 * time) for time, _ in clips.frames(tmp_path / "a.restored.mkv")] == [0, 1, 3, 4]


def test_sound_that_does_not_fit_is_said_before_anything_is_done(tmp_path, capsys):
    clips.write(tmp_path / "a.avi", clips.moving(2), sound="adpcm_ms")
    assert main(["restore", str(tmp_path / "a.avi"), "-o", str(tmp_path / "b.mp4")]) == 1
    assert "adpcm_ms sound does not go into .mp4; -o NAME.mkv takes it" in capsys.readouterr().err
    assert only(tmp_path) == ["a.avi"]


LIMITED = """
import resource, sys
from unjpeg.cli import main
from unjpeg.errors import UserError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(["restore", sys.argv[2]]))
"""


@pytest.mark.parametrize("share", [0.6, 0.8, 0.999])
def test_a_full_disk_leaves_nothing(avi, tmp_path, share):
    assert main(["restore", str(avi), "-o", str(tmp_path / "x.mkv"), "--threads", "1"]) == 0
    room = int(share * (tmp_path / "x.mkv").stat().st_size)
    (tmp_path / "x.mkv").unlink()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(room), str(avi)], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr and "Traceback" not in done.stderr
    assert only(tmp_path) == ["clip.avi"]


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_stop_leaves_no_half_file(tmp_path, signal):
    import signal as signals

    clips.write(tmp_path / "long.avi", clips.moving(60))
    command = [sys.executable, "-m", "unjpeg", "restore", str(tmp_path / "long.avi"), "--threads", "1"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A shell starts what runs in the background (`make test &`) deaf to Ctrl-C.
        preexec_fn=lambda: signals.signal(signals.SIGINT, signals.SIG_DFL),
    )
    while not list(tmp_path.glob(".long*.part")):
        assert process.poll() is None
    process.send_signal(getattr(signals, signal))
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0 and "Traceback" not in errors
    assert not list(tmp_path.glob("long.restored*"))
    assert bool(list(tmp_path.glob(".long*.part"))) == (signal == "SIGKILL")


def test_without_pyav_one_line_says_what_to_install(avi, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "av", None)
    assert main(["restore", str(avi)]) == 1
    assert f"{avi}: videos need PyAV: pip install 'unjpeg[video]'\n" in capsys.readouterr().err


def test_a_folder_of_pictures_tells_of_its_videos(avi, tmp_path, capsys):
    from PIL import Image

    Image.fromarray(clips.moving(1)[0]).save(tmp_path / "a.jpg", quality=20)
    assert main(["restore", str(tmp_path), "-o", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("1 restored") and "such as clip.avi" in shown.err
