"""Writing a video: restored frames in the place of the old ones, everything else copied as it is."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from unjpeg.errors import UserError
from unjpeg.photos.clip import FULL, LIMITED, exactly, matrix, span

FORMATS = {".mkv": "matroska", ".mp4": "mp4", ".mov": "mov", ".m4v": "mp4"}
# crf 16 is hard to tell from the frames; few frames of lookahead bound memory
CODECS = {
    "h264": ("libx264", {"crf": "16", "preset": "medium", "x264-params": "rc-lookahead=10:sync-lookahead=0"}),
    "ffv1": ("ffv1", {"level": "3", "slicecrc": "1"}),
}


class Film:
    """A video that is being written; `with` closes it."""

    def __init__(self, part: Path, ending: str, source, video, codec: str, turned: list[int] | None):
        """part: file to write; ending: of its final name. source, video: the container that is read, and its
        stream that is restored."""
        import av

        self.notes: list[str] = []
        self.codec, self.video = codec, video
        self.out = av.open(str(part), "w", format=FORMATS[ending])
        try:
            self.out.metadata.update(source.metadata)
            self.streams = {}
            for stream in source.streams:
                new = self._coder(turned) if stream is video else self._copy(stream, ending)
                if new:
                    new.metadata.update(stream.metadata)
                    new.disposition = stream.disposition
                    self.streams[stream.index] = new
            if chapters := source.chapters():
                self.out.set_chapters(chapters)
        except BaseException:
            self.out.close()
            raise
        self.coder, self.last = self.streams[video.index], None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.out.mux(self.coder.encode(None))
        self.out.close()

    def add(self, pixels: np.ndarray, frame) -> None:
        """uint8 (H, W, 3 or 1) for a frame of the source, at its time and in its colour standard.

        Errors: `UserError` for a frame of another size.
        """
        import av

        if (frame.width, frame.height) != (self.coder.width, self.coder.height):
            raise UserError(f"its frames change to {frame.width}x{frame.height}; allowed: one size")
        whole = np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))
        new = av.VideoFrame.from_ndarray(whole, "rgb24")
        tagged = int(frame.colorspace) != 0  # RGB has no matrix; BT.709 is what players take
        if self.codec == "ffv1":
            new = new.reformat(format="bgr0")
        else:
            new = new.reformat(
                format=self.coder.pix_fmt,
                dst_colorspace=matrix(frame) if tagged else 1,
                dst_color_range=span(frame) if tagged else LIMITED,
                interpolation=exactly(),
            )
            new.colorspace = frame.colorspace if tagged else 1
            new.color_range = FULL if tagged and span(frame) == FULL else LIMITED
        new.color_primaries, new.color_trc = frame.color_primaries, frame.color_trc
        if self.last is None:
            context = self.coder.codec_context
            for name in ("colorspace", "color_range", "color_primaries", "color_trc"):
                setattr(context, name, getattr(new, name))
        new.pts, new.time_base, new.duration = self._time(frame), self.video.time_base, frame.duration
        self.out.mux(self.coder.encode(new))

    def carry(self, packet) -> None:
        """A packet of another stream, as it is."""
        if packet.stream.index in self.streams and (packet.dts is not None or packet.pts is not None):
            packet.stream = self.streams[packet.stream.index]
            self.out.mux(packet)

    def _time(self, frame) -> int:
        """Of the frame; later than the one before, as encoders want it."""
        time = frame.pts if frame.pts is not None else frame.dts
        if self.last is not None and (time is None or time <= self.last):
            time = self.last + 1
        self.last = time or 0
        return self.last

    def _coder(self, turned: list[int] | None):
        name, options = CODECS[self.codec]
        video = self.video
        rate = video.average_rate or video.guessed_rate or Fraction(25)
        new = self.out.add_stream(name, rate=rate, options=options)
        new.width, new.height = video.width, video.height
        odd = video.width % 2 or video.height % 2
        new.pix_fmt = "bgr0" if self.codec == "ffv1" else "yuv444p" if odd else "yuv420p"
        new.codec_context.time_base = video.time_base
        new.codec_context.sample_aspect_ratio = video.sample_aspect_ratio or Fraction(0, 1)
        new.codec_context.thread_count = torch.get_num_threads()
        if turned:
            new.set_display_matrix(turned)
        return new

    def _copy(self, stream, ending: str):
        """A stream of the result for one that is copied; None, and a note, where its kind does not fit."""
        if stream.type == "attachment":
            self.out.add_attachment(stream.name or "attachment", stream.mimetype or "", stream.data)
            return None
        codec = getattr(stream.codec_context, "name", None)
        if stream.type == "audio" and codec not in self.out.supported_codecs:
            raise UserError(f"{codec} sound does not go into {ending}; -o NAME.mkv takes it")
        if stream.type == "data" or codec not in self.out.supported_codecs:
            self.notes.append(f"left out: a stream of {stream.type}{f' ({codec})' if codec else ''}")
            return None
        return self.out.add_stream_from_template(stream)
