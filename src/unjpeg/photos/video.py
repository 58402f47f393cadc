"""Restoring a video frame by frame, in the memory of one frame.

Of Motion-JPEG each packet is a JPEG file and is restored as one, and kept to what it says. Of other codecs
the pixels are restored; whether, is decided once for the clip, so that it does not flicker.
"""

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from unjpeg.atomic import replacing
from unjpeg.detection import Detector
from unjpeg.errors import UserError
from unjpeg.foreign import shown
from unjpeg.photos import clip
from unjpeg.photos.film import Film
from unjpeg.photos.photo import Photo, read_photo
from unjpeg.photos.quality import takes_quality
from unjpeg.photos.restoring import Wish, restored_photo
from unjpeg.restorer import Restorer


@dataclass
class Filmed:
    """done: whether a file was written. why: in words. frames: written; broken: packets that are none.
    held: mean share of units kept to the file's coefficients, over Motion-JPEG frames."""

    done: bool
    why: str
    frames: int = 0
    broken: int = 0
    held: float | None = None
    notes: list[str] = field(default_factory=list)


def restored_video(
    source: Path,
    target: Path,
    restorer: Restorer,
    detector: Detector | None,
    wish: Wish,
    codec: str = "h264",
    progress: Callable[[float], None] | None = None,
) -> Filmed:
    """Write the restored video, whole or not at all. codec: of `film.CODECS`. Errors: `UserError`."""
    survey = clip.survey(source, detector, wish.max_pixels)
    import av

    why = "asked for" if wish.force else "Motion-JPEG" if survey.motion_jpeg else survey.answer()
    if wish.strength == 0 or why in ("never compressed", "not sure"):
        return Filmed(False, "strength 0" if wish.strength == 0 else f"{why}: left as it is")
    if wish.quality is None and not survey.motion_jpeg and takes_quality(restorer.card):
        wish = replace(wish, quality=survey.quality())
    wish = replace(wish, force=True)
    told, shares = Filmed(True, why), []
    try:
        with (
            clip.opened(source) as (container, video),
            replacing(target) as part,
            Film(part, target.suffix.lower(), container, video, codec, survey.turned) as film,
        ):
            for number, packet in enumerate(clip.packets(container)):
                if packet.stream != video:
                    film.carry(packet)
                    continue
                frames = clip.decoded(video, packet)
                told.broken += frames is None
                for frame in frames or []:
                    photo, data = _photo(frame, bytes(packet) if survey.motion_jpeg else b"")
                    found = restored_photo(photo, data, restorer, None, wish)
                    film.add(found.pixels, frame)
                    told.frames += 1
                    shares += [] if found.held is None else [found.held]
                if progress:
                    progress(number / survey.packets)
            if not told.frames:
                raise UserError("no frame of it can be decoded")
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"{shown(target)}: not written ({error.strerror or error})") from None
    told.notes = film.notes
    told.held = float(np.mean(shares)) if shares else None
    return told


def _photo(frame, packet: bytes) -> tuple[Photo, bytes]:
    """(what is restored, the JPEG file it was in or empty). Two fields in a packet are taken as pixels."""
    if packet:
        data = with_tables(packet)
        try:
            photo = read_photo(data)
            if photo.pixels.shape[:2] == (frame.height, frame.width):
                return photo, data
        except UserError:
            pass
    return Photo(clip.rgb(frame), "video"), b""


def with_tables(packet: bytes) -> bytes:
    """A JPEG with Huffman tables: Motion-JPEG may leave out the standard's (ITU-T T.81, K.3)."""
    scan = packet.find(b"\xff\xda")
    if scan < 0 or b"\xff\xc4" in packet[:scan]:
        return packet
    return packet[:scan] + _standard_tables() + packet[scan:]


@functools.cache
def _standard_tables() -> bytes:
    """The DHT segments that libjpeg writes for a colour image."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "jpeg")
    data, tables, place = out.getvalue(), b"", 2
    while data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        tables += data[place:end] if data[place + 1] == 0xC4 else b""
        place = end
    return tables
