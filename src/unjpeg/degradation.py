"""What happens to a clean image, written as one string: the grammar, its parser and its printer.

    q10              JPEG quality 10, chroma 4:2:0
    q10-444          no chroma subsampling (also -422)
    q50+q10          compressed twice on the same 8x8 grid
    q50+s3x5+q10     the second grid shifted by 3 rows down, 5 columns right
    gray-q10         luma only, encoded as a gray JPEG
    none, gray-none  not compressed

The string stands in file names, wildcards, tables and on the command line, so there is one
spelling for one meaning: `str(parse(text)) == text` or `parse` refuses the text.
"""

import re
from dataclasses import dataclass

from unjpeg.errors import UserError

GRAMMAR = "none, q10, q10-444, q50+q10, q50+s3x5+q10, each also with gray- in front"
SAMPLINGS = ("420", "422", "444")
_STEP = re.compile(r"q([1-9]\d?|100)(?:-(444|422))?")
_SHIFT = re.compile(r"s([0-7])x([0-7])")


@dataclass(frozen=True)
class Compress:
    """One JPEG encoding: libjpeg quality 1..100 and chroma sampling."""

    quality: int
    sampling: str = "420"

    def __str__(self) -> str:
        return f"q{self.quality}" + ("" if self.sampling == "420" else f"-{self.sampling}")


@dataclass(frozen=True)
class Shift:
    """Rows and columns (0..7 each) cut off the top left, so that the next grid lies elsewhere."""

    down: int
    right: int

    def __str__(self) -> str:
        return f"s{self.down}x{self.right}"


@dataclass(frozen=True)
class Degradation:
    """Steps in order; no steps is no compression. `gray` keeps the luma alone."""

    steps: tuple[Compress | Shift, ...] = ()
    gray: bool = False

    def __str__(self) -> str:
        return ("gray-" if self.gray else "") + ("+".join(map(str, self.steps)) or "none")

    @property
    def shift(self) -> tuple[int, int]:
        """Rows and columns that the result lacks at its top left."""
        shifts = [s for s in self.steps if isinstance(s, Shift)]
        return sum(s.down for s in shifts), sum(s.right for s in shifts)

    @property
    def last(self) -> Compress | None:
        """The last encoding, whose bytes a user would hold; None where nothing was compressed."""
        return self.steps[-1] if self.steps else None

    @property
    def quality(self) -> int | None:
        """libjpeg quality of the last encoding; None where nothing was compressed."""
        return self.last.quality if self.last else None


def parse(text: str) -> Degradation:
    """The degradation that `text` spells; `UserError` where it spells none."""
    gray, body = (True, text[5:]) if text.startswith("gray-") else (False, text)
    if body == "none":
        return Degradation((), gray)
    steps = tuple(_step(part, gray, text) for part in body.split("+"))
    for step, after in zip(steps, (*steps[1:], None)):
        if isinstance(step, Shift) and (step is steps[0] or not isinstance(after, Compress)):
            raise _refuse(text, f"the shift {step} must stand between two qualities")
    return Degradation(steps, gray)


def _step(part: str, gray: bool, text: str) -> Compress | Shift:
    if match := _STEP.fullmatch(part):
        if gray and match[2]:
            raise _refuse(text, f"a gray image has no chroma to sample, {part!r} asks for {match[2]}")
        return Compress(int(match[1]), match[2] or "420")
    if match := _SHIFT.fullmatch(part):
        if match[0] == "s0x0":
            raise _refuse(text, "the shift s0x0 moves nothing; leave it out")
        return Shift(int(match[1]), int(match[2]))
    raise _refuse(text, f"{part!r} is neither a quality q1..q100 (-444, -422) nor a shift s0x1..s7x7")


def _refuse(text: str, why: str) -> UserError:
    return UserError(f"degradation {text!r}: {why}; examples: {GRAMMAR}")
