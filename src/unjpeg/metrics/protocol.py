"""Which samples are compared: the same files score 25.7 to 28.4 dB by this choice alone.

A protocol is a named object and stands in every table. All share: the restored image clipped and
rounded to uint8, no border cut, the mean over images of per-image values.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from unjpeg.degradation import Degradation, parse
from unjpeg.errors import UserError, unknown


@dataclass(frozen=True)
class Protocol:
    """gray: the JPEG is a gray one. sampling: chroma of the last encoding, None for gray.

    luma: one channel is compared; of an RGB image its limited-range luma, rounded.
    """

    name: str
    description: str
    gray: bool
    luma: bool
    sampling: str | None

    def fits(self, degradation: Degradation) -> bool:
        """Whether images degraded so may stand in a table of this protocol.

        The last encoding decides the chroma sampling. What was never compressed has none, and fits
        every protocol of its kind, gray or colour.
        """
        if self.gray or degradation.gray:
            return self.gray and degradation.gray
        return degradation.last is None or degradation.last.sampling == self.sampling


def _colour(sampling: str) -> Protocol:
    colons = ":".join(sampling)
    text = f"RGB, JPEG {colons}; PSNR over all samples, SSIM mean of three channels, PSNR-B with BEF of luma"
    return Protocol(f"color-{sampling}", text, gray=False, luma=False, sampling=sampling)


def _luma(sampling: str) -> Protocol:
    colons = ":".join(sampling)
    text = f"Y of MATLAB's rgb2ycbcr (BT.601, 16..235), rounded, of the RGB image; JPEG {colons} in colour"
    return Protocol(f"y-of-color-{sampling}", text, gray=False, luma=True, sampling=sampling)


SAMPLINGS = ("420", "422", "444")
GRAY = Protocol(
    "gray-matlab",
    "Y of MATLAB's rgb2ycbcr (BT.601, 16..235), rounded, encoded as a gray JPEG",
    gray=True,
    luma=True,
    sampling=None,
)
PROTOCOLS = {p.name: p for p in (GRAY, *map(_colour, SAMPLINGS), *map(_luma, SAMPLINGS))}


def named(name: str) -> Protocol:
    """The protocol of that name; `UserError` where there is none."""
    if name not in PROTOCOLS:
        raise unknown("protocol", name, PROTOCOLS)
    return PROTOCOLS[name]


def default_for(degradation: Degradation) -> Protocol:
    """The protocol that fits: gray-matlab, or RGB by the last sampling; `none` goes to color-444."""
    if degradation.gray:
        return GRAY
    return PROTOCOLS[f"color-{degradation.last.sampling if degradation.last else '444'}"]


def used_for(degradation: Degradation, further: Iterable[str]) -> list[Protocol]:
    """The default, then those of `further` that fit."""
    default = default_for(degradation)
    return [default, *(p for p in map(named, further) if p.fits(degradation) and p != default)]


def check(protocol: Protocol, degradation: Degradation) -> None:
    """`UserError` where the two do not fit: their numbers would stand in a column with other numbers."""
    if not protocol.fits(degradation):
        raise UserError(
            f"protocol {protocol.name!r} does not fit degradation {str(degradation)!r};"
            f" {default_for(degradation).name!r} does"
        )


def check_used(names: Iterable[str], degradations: list[str], where: str) -> None:
    """`UserError` for a name that is no protocol, or one that fits none of the degradations."""
    for name in names:
        if name not in PROTOCOLS:
            raise unknown("protocol", name, PROTOCOLS, where)
        if not any(named(name).fits(parse(d)) for d in degradations):
            raise UserError(f"{where}: {name} fits none of the degradations {', '.join(degradations)}")
