"""Two hundred files that want to break a reader of pictures, made of photographs; equal in every run."""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms
from skimage import data

COUNT = 200


def files(seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """(name, bytes). Sizes, kinds and places are drawn from the seed."""
    draw = np.random.default_rng(seed)
    for number in range(COUNT):
        kind = KINDS[number % len(KINDS)]
        yield f"{number:03}-{kind.__name__}.jpg", bytes(kind(bytearray(_jpeg(draw, number)), draw))


def _jpeg(draw, number: int) -> bytes:
    photo = getattr(data, ("astronaut", "chelsea", "coffee", "rocket")[number % 4])()
    height, width = (int(n) for n in draw.integers(20, 120, 2))
    image = Image.fromarray(np.ascontiguousarray(photo[50 : 50 + height, 90 : 90 + width]))
    options = [
        {},
        {"progressive": True},
        {"subsampling": 0},
        {"restart_marker_blocks": 2},
        {"optimize": True},
    ]
    out = io.BytesIO()
    image.convert(("RGB", "RGB", "L", "CMYK")[int(draw.integers(4))]).save(
        out, "jpeg", quality=int(draw.integers(5, 96)), **options[int(draw.integers(len(options)))]
    )
    return out.getvalue()


def flipped_bits(file, draw):
    for place in draw.integers(2, len(file), int(draw.integers(1, 30))):
        file[place] ^= 1 << int(draw.integers(8))
    return file


def truncated(file, draw):
    return file[: int(draw.integers(1, len(file)))]


def swapped_chunks(file, draw):
    size = int(draw.integers(4, max(5, len(file) // 4)))
    a, b = sorted(int(n) for n in draw.integers(2, max(3, len(file) - size), 2))
    file[a : a + size], file[b : b + size] = file[b : b + size], file[a : a + size]
    return file


def wrong_size(file, draw):
    """Another height and width in the frame header, with the data of the old ones."""
    place = _frame(file)
    sides = (0, 1, 7, 500, 2000, 65_500)
    file[place + 5 : place + 9] = b"".join(int(draw.choice(sides)).to_bytes(2) for _ in range(2))
    return file


def bomb(file, draw):
    """65500 x 65500 pixels, said by a kilobyte."""
    place = _frame(file)
    file[place + 5 : place + 9] = b"\xff\xdc\xff\xdc"
    return file


def wrong_components(file, draw):
    """Sampling factors, identifiers or table numbers that do not fit."""
    place = _frame(file)
    file[place + 9 + int(draw.integers(0, 3))] = int(draw.integers(0, 256))
    return file


def huge_profile(file, draw):
    """Megabytes of ICC profile that is none."""
    part = b"ICC_PROFILE\0" + bytes([1, 30]) + bytes(65_000)
    return _with(file, b"".join(_segment(0xE2, part[:12] + bytes([k, 30]) + part[14:]) for k in range(1, 31)))


def strange_profile(file, draw):
    """A good ICC profile of RGB, also in files of gray and CMYK."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # the time it was made
    return _with(file, _segment(0xE2, b"ICC_PROFILE\0\1\1" + profile))


def huge_exif(file, draw):
    """EXIF whose entries point outside, at themselves, or count billions."""
    entries = b"".join(
        int(draw.integers(0, 2**16)).to_bytes(2, "little")
        + int(draw.integers(0, 14)).to_bytes(2, "little")
        + int(draw.choice([1, 2**31, 2**32 - 1])).to_bytes(4, "little")
        + int(draw.choice([0, 8, 2**32 - 1])).to_bytes(4, "little")
        for _ in range(5000)
    )
    return _with(file, _segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + (5000).to_bytes(2, "little") + entries))


def text(file, draw):
    return b"good morning, " * int(draw.integers(1, 1000))


def empty(file, draw):
    return file[: int(draw.integers(0, 4))]


def restarts(file, draw):
    """Restart markers where there are none, and an interval that is not kept."""
    file = _with(file, _segment(0xDD, int(draw.integers(1, 9)).to_bytes(2)))
    for place in sorted((int(n) for n in draw.integers(len(file) // 2, len(file), 20)), reverse=True):
        file[place:place] = bytes([0xFF, 0xD0 + int(draw.integers(8))])
    return file


def many_scans(file, draw):
    """Its scan hundreds of times over."""
    scan = file.index(b"\xff\xda")
    return file[:scan] + file[scan:-2] * 300 + file[-2:]


def bad_tables(file, draw):
    """Quantisation or Huffman tables of noise."""
    place = file.index(bytes([0xFF, int(draw.choice([0xDB, 0xC4]))]))
    file[place + 5 : place + 60] = draw.integers(0, 256, 55, np.uint8).tobytes()
    return file


def other_format(file, draw):
    """PNG, WebP, GIF or TIFF, cut off, under the name of a JPEG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(file)) as image:
        image.convert("RGB").save(out, str(draw.choice(["png", "webp", "gif", "tiff"])))
    return out.getvalue()[: int(draw.integers(8, 3000))]


def polyglot(file, draw):
    """A JPEG, then something else, then a JPEG."""
    return file + b"<script>alert(1)</script>" + bytes(1000) + file


def endless_fill(file, draw):
    """Fill bytes and segments that claim more than there is."""
    return _with(file, b"\xff" * 100_000 + b"\xff\xef\xff\xff")


KINDS = (flipped_bits, truncated, swapped_chunks, wrong_size, bomb, wrong_components, huge_profile, huge_exif)
KINDS += (text, empty, restarts, many_scans, bad_tables, other_format, polyglot, endless_fill, flipped_bits)
KINDS += (strange_profile,)


def _frame(file) -> int:
    """Where the frame header (SOF) begins."""
    place = 2
    while file[place + 1] not in (0xC0, 0xC1, 0xC2):
        place += 2 + int.from_bytes(file[place + 2 : place + 4])
    return place


def _segment(marker: int, content: bytes) -> bytes:
    content = content[:65_533]
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


def _with(file, segments: bytes):
    """The file with segments behind its first marker."""
    return file[:2] + segments + file[2:]
