"""Short videos for tests, from a photograph that moves."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from skimage import data

SOUND = 8000  # samples per second
MILLI = Fraction(1, 1000)


def moving(count: int, size: tuple[int, int] = (96, 128)) -> list[np.ndarray]:
    """uint8 (H, W, 3) each."""
    height, width = size
    photo = data.astronaut()
    return [
        np.ascontiguousarray(photo[20 : 20 + height, 80 + 2 * k : 80 + 2 * k + width]) for k in range(count)
    ]


def write(
    path: Path, frames: list[np.ndarray], codec: str = "mjpeg", sound: str | None = "pcm_s16le", **options
):
    """A video of the frames. options: times in ms (10 per second), rate, pix_fmt, and the encoder's own."""
    times = options.pop("times", [100 * k for k in range(len(frames))])
    pix_fmt = options.pop("pix_fmt", "yuvj420p" if codec == "mjpeg" else "yuv420p")
    with av.open(str(path), "w") as out:
        out.metadata["title"] = "a walk"
        rate = options.pop("rate", 10)
        video = out.add_stream(codec, rate=rate, options={k: str(v) for k, v in options.items()})
        (video.height, video.width), video.pix_fmt = frames[0].shape[:2], pix_fmt
        if path.suffix != ".avi":
            video.codec_context.time_base = MILLI
        if codec == "mjpeg":
            video.codec_context.qmin = video.codec_context.qmax = 20
        audio = out.add_stream(sound, rate=SOUND, layout="mono") if sound else None
        for k, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = (k, Fraction(1, 10)) if path.suffix == ".avi" else (times[k], MILLI)
            out.mux(video.encode(frame))
            if audio:
                wave = (8000 * np.sin(np.arange(SOUND // 10) * (k + 1) / 20)).astype(np.int16)[None]
                part = av.AudioFrame.from_ndarray(wave, "s16", "mono")
                part.sample_rate, part.pts, part.time_base = SOUND, SOUND // 10 * k, Fraction(1, SOUND)
                out.mux(audio.encode(part))
        for stream in (video, audio):
            if stream:
                out.mux(stream.encode(None))


def packets(path: Path, kind: str) -> list[bytes]:
    """Of the streams of a kind, as they stand in the file."""
    with av.open(str(path)) as file:
        return [bytes(p) for p in file.demux() if p.stream.type == kind and p.size]


def frames(path: Path) -> list[tuple[float, np.ndarray]]:
    """(seconds, uint8 (H, W, 3)) of a video's frames."""
    with av.open(str(path)) as file:
        return [(float(f.pts * f.time_base), f.to_ndarray(format="rgb24")) for f in file.decode(video=0)]
