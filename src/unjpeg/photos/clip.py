"""Reading a video: opened with care, looked through once before anything is written.

PyAV (the extra `video`) brings FFmpeg's libraries; it is imported when a video is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unjpeg.detection import Detection, Detector
from unjpeg.errors import UserError

ENDINGS = (
    ".avi",
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".mjpeg",
    ".mjpg",
    ".mpg",
    ".mpeg",
    ".ts",
    ".m2ts",
)
ENDINGS += (".wmv", ".flv", ".3gp", ".ogv")
# Told to FFmpeg, so that no playlist under a video's name makes it read other files or the network.
SAFE = {
    "format_whitelist": "avi,mov,matroska,mjpeg,mpeg,mpegvideo,mpegts,asf,flv,ogg",
    "protocol_whitelist": "file",
}
LACKING, FRAMES = 0.5, 2  # seconds, and frames, at the end that a header may promise too much
FROM_ZERO = ("matroska,webm", "asf", "flv")  # whose durations do not count from the first frame
MATRICES = {1: 1, 4: 4, 7: 7, 9: 9, 10: 9}  # H.273's codes to swscale's; BT.601 (5) for all others
LIMITED, FULL = 1, 2


@dataclass
class Survey:
    """packets: of all streams, for progress. seen: what the detector says of frames spread over it.
    motion_jpeg: whether each packet is a JPEG; the detector is not asked then. turned: display matrix of 9
    numbers, if it has one."""

    packets: int = 0
    motion_jpeg: bool = False
    turned: list[int] | None = None
    seen: list[Detection] = field(default_factory=list)

    def answer(self) -> str:
        """That of most frames of which something can be said."""
        answers = [d.answer for d in self.seen if d.answer != "not sure"]
        return max(sorted(set(answers)), key=answers.count) if answers else "not sure"

    def quality(self) -> float | None:
        """Median over frames that look compressed."""
        found = [d.quality for d in self.seen if d.quality is not None and d.compressed > 0.5]
        return float(np.median(found)) if found else None


@contextmanager
def opened(path: Path) -> Iterator[tuple]:
    """(container, its video stream). Errors: `UserError` where there is none, or PyAV is missing."""
    try:
        import av
    except ImportError:
        raise UserError("videos need PyAV: pip install 'unjpeg[video]'") from None
    try:
        container = av.open(str(path), options=SAFE, metadata_errors="replace")
    except av.FFmpegError as error:
        raise UserError(f"not a video that can be read ({error.strerror})") from None
    with container:
        stream = container.streams.best("video")
        if not stream:
            raise UserError("no video in it")
        yield container, stream


def packets(container) -> Iterator:
    """All packets of all streams, in the order of the file; at the end an empty one for each stream."""
    import av

    try:
        yield from container.demux()
    except av.FFmpegError as error:
        raise UserError(f"not a video that can be read ({error.strerror})") from None


def survey(path: Path, detector: Detector | None, max_pixels: int) -> Survey:
    """Read it once from end to end, decoding a few key frames only: the 1st, 2nd, 4th, 8th, and so on.

    Errors: `UserError` for what is no video, is cut off, or has too many pixels.
    """
    with opened(path) as (container, stream):
        if stream.width * stream.height > max_pixels:
            size = f"{stream.width}x{stream.height}"
            raise UserError(f"{size} pixels; allowed: {max_pixels / 1e6:g} megapixels (max-pixels)")
        found = Survey(motion_jpeg=stream.codec_context.name == "mjpeg")
        spans: dict[int, list] = {}
        keys = 0
        for packet in packets(container):
            if not packet.size:
                continue
            _note(spans.setdefault(packet.stream.index, []), packet)
            found.packets += 1
            if packet.stream != stream:
                continue
            if packet.is_keyframe:
                keys += 1
                if keys & (keys - 1) == 0:
                    _look(stream, packet, detector, found)
        _look(stream, None, detector, found)
        if stream.index not in spans:
            raise UserError("no frames in it")
        _whole(container, stream, spans)
    return found


def decoded(stream, packet) -> list | None:
    """The frames that a packet completes, None where it is damaged. An empty packet asks for all the rest."""
    import av

    try:
        return stream.codec_context.decode(packet if packet and packet.size else None)
    except av.FFmpegError:
        return None


def rgb(frame) -> np.ndarray:
    """uint8 (H, W, 3) of a frame."""
    return frame.to_ndarray(
        format="rgb24", src_colorspace=matrix(frame), src_color_range=span(frame), interpolation=exactly()
    )


def matrix(frame) -> int:
    """swscale's number for the YCbCr of a frame."""
    return MATRICES.get(int(frame.colorspace), 5)


def span(frame) -> int:
    """`FULL` or `LIMITED` range of a frame's YCbCr."""
    return FULL if frame.color_range == FULL or frame.format.name.startswith("yuvj") else LIMITED


def exactly() -> int:
    """How swscale is to compute; its fast ways are a level off."""
    from av.video.reformatter import Interpolation as How

    return How.BICUBIC | How.ACCURATE_RND | How.FULL_CHR_H_INT | How.FULL_CHR_H_INP


def _look(stream, packet, detector: Detector | None, found: Survey) -> None:
    for frame in decoded(stream, packet) or []:
        if (data := frame.side_data.get("DISPLAYMATRIX")) and not found.turned:
            found.turned = np.frombuffer(bytes(data), np.int32).tolist()
        if detector and not found.motion_jpeg:
            found.seen.append(detector(rgb(frame)))


def _note(seen: list, packet) -> None:
    """Keep first and last second of a stream."""
    start = packet.pts if packet.pts is not None else packet.dts
    if start is None:
        return
    start, end = (float(n * packet.time_base) for n in (start, start + (packet.duration or 0)))
    seen[:] = [min(seen[0], start), max(seen[1], end)] if seen else [start, end]


def _whole(container, stream, spans: dict[int, list]) -> None:
    """`UserError` where a file ends before what its header promises."""
    own = spans.get(stream.index)
    if stream.duration and own:
        promised, known = float(stream.duration * stream.time_base), [own]
        if container.format.name == "avi" and stream.average_rate:  # FFmpeg shortens the duration, not this
            promised = max(promised, float(stream.frames / stream.average_rate))
    elif container.duration and (known := [s for s in spans.values() if s]):
        promised = container.duration / 1e6
    else:
        return
    start = min(first for first, _ in known)
    there = max(last for _, last in known) - (min(start, 0) if container.format.name in FROM_ZERO else start)
    frame = float(1 / stream.average_rate) if stream.average_rate else 0
    if promised - there > LACKING + FRAMES * frame:
        raise UserError(f"cut off: ends after {there:.1f} of {promised:.1f} s")


def named(path: Path) -> bool:
    """Whether a file is a video by its ending."""
    return path.suffix.lower() in ENDINGS
