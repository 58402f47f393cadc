"""EXIF: what of a picture's tags can be written again; Pillow raises for a type that it does not expect."""

from PIL import Image
from PIL.ExifTags import IFD

DIRECTORIES = (IFD.Exif, IFD.GPSInfo)  # tags that stand for tags of their own
# How a TIFF's own pixels lie, XMP, the profile; and what stands in another's directory only
RANGES = ((254, 266), (273, 273), (277, 281), (284, 284), (288, 293), (317, 317), (320, 347), (512, 521))
RANGES += ((529, 530), (532, 532), (700, 700), (32995, 32998), (34675, 34675), (IFD.Interop, IFD.Interop))
STORAGE = {tag for first, last in RANGES for tag in range(first, last + 1)}


def tags_of(image: Image.Image) -> tuple[Image.Exif, list[int]]:
    """(a copy of an image's EXIF without `STORAGE`, numbers of its tags that cannot be written)."""
    found = exif_of(image)
    try:
        tags, lost = _again(found.tobytes()), []
    except Exception:
        tags, lost = _fit(found)
    for tag in STORAGE & {*tags}:
        del tags[tag]
    return tags, sorted({*lost} - STORAGE)


def exif_of(image: Image.Image) -> Image.Exif:
    """EXIF as Pillow reads it, not to be changed; empty where it is none."""
    try:
        return image.getexif()
    except Exception:
        return image.getexif()  # asked again it gives what it could read


def value_of(tags: Image.Exif, tag: int):
    """The value of a tag; of one of `DIRECTORIES` its tags and values."""
    if tag not in DIRECTORIES:
        return tags[tag]
    value = dict(tags.get_ifd(tag))
    return value | {IFD.Interop: tags.get_ifd(IFD.Interop)} if IFD.Interop in value else value


def _fit(found: Image.Exif) -> tuple[Image.Exif, list[int]]:
    kept, lost = Image.Exif(), []
    kept.endian = found.endian
    for tag in found:
        try:
            value = value_of(found, tag)
        except Exception:
            lost.append(tag)
            continue
        if tag in DIRECTORIES:
            lost += [one for one in value if not _fits(tag, {one: value[one]})]
            kept[tag] = {one: inner for one, inner in value.items() if one not in lost}
        elif _fits(tag, value):
            kept[tag] = value
        else:
            lost.append(tag)
    return _again(kept.tobytes()), lost


def _fits(tag: int, value) -> bool:
    tags = Image.Exif()
    tags[tag] = value
    try:
        return bool(_again(tags.tobytes()))
    except Exception:
        return False


def _again(data: bytes) -> Image.Exif:
    """Read. Errors: where that could not be written once more, as types are guessed anew."""
    tags, other = Image.Exif(), Image.Exif()  # one that was written is not what it was
    tags.load(data)
    other.load(data)
    other.tobytes()
    return tags
