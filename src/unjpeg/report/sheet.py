"""One picture of crops side by side, pixel for pixel, each under its label."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP = 8
HEAD = 20  # pixels for the line above a row
LABEL = 34  # pixels for the two lines above a crop
ACROSS = 8  # crops beside each other; more go on below
FONT = 12


@dataclass(frozen=True)
class Crop:
    """uint8 (H, W, 1 or 3) and the two lines over it."""

    pixels: np.ndarray
    label: str
    note: str


@dataclass(frozen=True)
class Row:
    """The crops of one image, and the line over them."""

    title: str
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
        title = fitted(row.title, font, picture.width - 2 * GAP)
        pen.text((GAP, starts[0][1] - LABEL - HEAD + 2), title, "black", font)
        for crop, (left, top) in zip(row.crops, starts, strict=True):
            pen.text((left, top - LABEL + 1), fitted(crop.label, font, size), "black", font)
            pen.text((left, top - LABEL + 16), fitted(crop.note, font, size), "#444444", font)
            pixels = np.broadcast_to(crop.pixels, (*crop.pixels.shape[:2], 3))
            picture.paste(Image.fromarray(np.ascontiguousarray(pixels)), (left, top))
    return picture


def fitted(text: str, font: ImageFont.ImageFont, width: int) -> str:
    """The text, cut with three dots in the middle where it is wider than `width` pixels."""
    kept, short = len(text), text
    while kept > 1 and font.getlength(short) > width:
        kept -= 1
        short = f"{text[: (kept + 1) // 2]}...{text[len(text) - kept // 2 :]}"
    return short
