"""One picture of crops side by side, pixel for pixel, each under its label.

The PNG says itself, in a text of its head, which crop stands where: a page cuts single crops out of it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from unjpeg.atomic import replacing
from unjpeg.errors import UserError

GAP = 8
HEAD = 38  # pixels for the two lines above a row
LABEL = 34  # pixels for the two lines above a crop
ACROSS = 8  # crops beside each other; more go on below
FONT = 12
LAYOUT = "unjpeg-layout"  # key of the text in the PNG


@dataclass(frozen=True)
class Crop:
    """uint8 (H, W, 1 or 3) and the two lines over it."""

    pixels: np.ndarray
    label: str
    note: str


@dataclass(frozen=True)
class Row:
    """The crops of one image, and the two lines over them."""

    title: str
    note: str
    crops: list[Crop]


def places(rows: list[Row], size: int) -> list[list[tuple[int, int]]]:
    """Left and top pixel of each crop of each row in the picture that `draw` makes."""
    result, top = [], GAP
    for row in rows:
        top += HEAD
        result.append([])
        for index in range(len(row.crops)):
            line, column = divmod(index, ACROSS)
            left = GAP + column * (size + GAP)
            result[-1].append((left, top + line * (LABEL + size + GAP) + LABEL))
        top += -(-len(row.crops) // ACROSS) * (LABEL + size + GAP)
    return result


def draw(rows: list[Row], size: int) -> Image.Image:
    """The picture, RGB on white. Each crop is copied as it is, at most `size` high and wide."""
    corners = places(rows, size)
    across = min(ACROSS, max(len(row.crops) for row in rows))
    picture = Image.new("RGB", (GAP + across * (size + GAP), corners[-1][-1][1] + size + GAP), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(FONT)
    for row, starts in zip(rows, corners, strict=True):
        top, room = starts[0][1] - LABEL - HEAD, picture.width - 2 * GAP
        pen.text((GAP, top + 5), fitted(row.title, font, room), "black", font)
        pen.text((GAP, top + 20), fitted(row.note, font, room), "#444444", font)
        for crop, (left, top) in zip(row.crops, starts, strict=True):
            pen.text((left, top - LABEL + 1), fitted(crop.label, font, size), "black", font)
            pen.text((left, top - LABEL + 16), fitted(crop.note, font, size), "#444444", font)
            pixels = np.broadcast_to(crop.pixels, (*crop.pixels.shape[:2], 3))
            picture.paste(Image.fromarray(np.ascontiguousarray(pixels)), (left, top))
    return picture


def layout(rows: list[Row], size: int) -> list[dict]:
    """Title, note and crops of each row as JSON-able values; a crop is label, note and its window.

    The window is left, top, width and height in pixels of the picture that `draw` makes.
    """
    return [
        {
            "title": row.title,
            "note": row.note,
            "crops": [
                {"label": crop.label, "note": crop.note, "window": [*corner, *crop.pixels.shape[1::-1]]}
                for crop, corner in zip(row.crops, corners, strict=True)
            ],
        }
        for row, corners in zip(rows, places(rows, size), strict=True)
    ]


def save(rows: list[Row], size: int, path: Path) -> None:
    """The picture with its layout, as PNG: the same rows, the same bytes."""
    text = PngInfo()
    text.add_itxt(LAYOUT, json.dumps(layout(rows, size)))
    with replacing(path) as part:
        draw(rows, size).save(part, "png", compress_level=9, pnginfo=text)


def read_layout(path: Path) -> list[dict]:
    """The layout that `save` wrote into a picture. Errors: `UserError` where there is none."""
    try:
        with Image.open(path) as picture:
            return json.loads(picture.text[LAYOUT])
    except (OSError, AttributeError, KeyError, ValueError):
        raise UserError(f"{path}: no PNG that says where its crops are; want one of `unjpeg crops`") from None


def fitted(text: str, font: ImageFont.ImageFont, width: int) -> str:
    """The text, cut with three dots in the middle where it is wider than `width` pixels."""
    kept, short = len(text), text
    while kept > 1 and font.getlength(short) > width:
        kept -= 1
        short = f"{text[: (kept + 1) // 2]}...{text[len(text) - kept // 2 :]}"
    return short


def check_options(images: int, size: int) -> None:
    """`UserError` for what no sheet can be made with; the names are those of options."""
    for option, value, least in (("images", images, 1), ("size", size, 8)):
        if value < least:
            raise UserError(f"--{option} {value}; allowed: {least} and more")
