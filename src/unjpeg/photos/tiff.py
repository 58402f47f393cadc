"""Tags in TIFF files: pixels are compressed by libtiff, the directory is written by Pillow itself.

As Pillow calls libtiff, it takes no tags that stand for tags of their own (EXIF, GPS), which nearly every
camera writes, and crashes on some types of others.
"""

import io

from PIL import Image
from PIL.TiffImagePlugin import STRIPOFFSETS
from PIL.TiffTags import LONG

from unjpeg.photos.tags import value_of


def with_tags(plain: io.BytesIO, tags: Image.Exif) -> bytes:
    """A TIFF file that Pillow wrote without tags, with these: such as it can write, as of `tags_of`."""
    with Image.open(plain, formats=["TIFF"]) as stored:
        directory = stored.tag_v2
        found = {tag: directory[tag] for tag in directory}  # only what was asked for is written
        for tag in {*tags} - found.keys():
            directory[tag] = value_of(tags, tag)
        directory.tagtype[STRIPOFFSETS] = LONG
        out = io.BytesIO()
        directory.save(out)  # which moves the offsets by what stands before the whole of the plain file
        out.write(plain.getbuffer())
    return out.getvalue()
