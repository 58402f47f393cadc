import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjpeg.degradation import Compress, Degradation, Shift, parse
from unjpeg.errors import UserError
from unjpeg.metrics import protocol, psnr, score

qualities = st.integers(1, 100)
colour = st.builds(Compress, qualities, st.sampled_from(("420", "422", "444")))
shifts = st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(any).map(lambda s: Shift(*s))


@st.composite
def degradations(draw):
    gray = draw(st.booleans())
    step = st.builds(Compress, qualities) if gray else colour
    steps = draw(st.lists(st.tuples(shifts | st.none(), step), max_size=3))
    flat = [
        part for number, both in enumerate(steps) for part in both if part and (number or part is both[1])
    ]
    return Degradation(tuple(flat), gray)


@given(degradations())
def test_the_default_fits_and_no_other_kind_does(degradation):
    assert parse(str(degradation)) == degradation
    default = protocol.default_for(degradation)
    protocol.check(default, degradation)
    fitting = [p.name for p in protocol.PROTOCOLS.values() if p.fits(degradation)]
    if degradation.gray or degradation.steps:
        assert fitting == [default.name] + [f"y-of-{default.name}"] * (not degradation.gray)
    else:
        assert fitting == [f"{kind}-{s}" for kind in ("color", "y-of-color") for s in ("420", "422", "444")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gray-q10", "gray-matlab"),
        ("gray-none", "gray-matlab"),
        ("q10", "color-420"),
        ("q10-422", "color-422"),
        ("q10-444", "color-444"),
        ("none", "color-444"),
        ("q50-444+s3x5+q10", "color-420"),
        ("q50+q10-444", "color-444"),
    ],
)
def test_the_last_sampling_decides(text, name):
    assert protocol.default_for(parse(text)).name == name


def test_further_protocols_are_added_where_they_fit():
    names = ["y-of-color-420", "y-of-color-444", "color-420", "gray-matlab"]
    for text, wanted in (
        ("q10", ["color-420", "y-of-color-420"]),
        ("q10-444", ["color-444", "y-of-color-444"]),
        ("none", ["color-444", "y-of-color-420", "y-of-color-444", "color-420"]),
        ("gray-q10", ["gray-matlab"]),
    ):
        assert [p.name for p in protocol.used_for(parse(text), names)] == wanted
    assert [p.name for p in protocol.used_for(parse("q10"), [])] == ["color-420"]


def test_a_further_protocol_without_a_degradation_is_refused():
    known = ["q10", "gray-q10"]
    protocol.check_used(["y-of-color-420", "gray-matlab"], known, "here")
    with pytest.raises(UserError, match="here: y-of-color-444 fits none of the degradations q10, gray-q10"):
        protocol.check_used(["y-of-color-444"], known, "here")
    with pytest.raises(UserError, match="here: no protocol 'y-of-rgb-420'; did you mean 'y-of-color-420'"):
        protocol.check_used(["y-of-rgb-420"], known, "here")


def test_luma_of_colour_is_that_of_the_decoded_pixels(pair):
    """One metric after another on the rounded MATLAB luma of both images, by the formula itself."""
    image, reference = pair("q10")
    weights = np.array([65.481, 128.553, 24.966]) / 255
    planes = [np.floor(16.5 + x @ weights).astype(np.uint8)[..., None] for x in (image, reference)]
    names = ["psnr", "ssim", "psnr_b"]
    wanted = score.score_all(*planes, protocol.GRAY, names)
    assert score.score_all(image, reference, protocol.named("y-of-color-420"), names) == wanted
    assert wanted["psnr"] > score.score_all(image, reference, protocol.named("color-420"), names)["psnr"] + 1
    gray = pair("gray-q10")
    of_gray = score.score_all(*gray, protocol.named("y-of-color-420"), names)
    assert of_gray == score.score_all(*gray, protocol.GRAY, names)


def test_a_misfit_names_both_and_the_one_that_fits():
    with pytest.raises(UserError) as error:
        protocol.check(protocol.named("color-420"), parse("gray-q10"))
    assert str(error.value) == (
        "protocol 'color-420' does not fit degradation 'gray-q10'; 'gray-matlab' does"
    )


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UserError, match="no protocol 'grey-matlab'; did you mean 'gray-matlab'"):
        protocol.named("grey-matlab")


def test_rgb_has_no_value_under_the_gray_protocol_but_gray_has_one_under_colour(pair):
    image, reference = pair("q10")
    with pytest.raises(UserError, match="'gray-matlab' wants one channel"):
        psnr.score(image, reference, protocol.GRAY)
    gray = pair("gray-q10")
    assert psnr.score(*gray, protocol.named("color-420")) == psnr.score(*gray, protocol.GRAY)


def test_limited_range_luma_scores_higher_than_full_range(pair, photo):
    """The trap that the protocol's name guards against: the same picture, +0.7 dB and more."""
    image, reference = pair("gray-q10")
    full = (photo @ np.array([0.299, 0.587, 0.114]) + 0.5).astype(np.uint8)[..., None]
    from unjpeg import images, jpeg

    other = images.read_uint8(jpeg.degrade(full, parse("gray-q10")))
    gain = psnr.score(image, reference, protocol.GRAY) - psnr.score(other, full, protocol.GRAY)
    assert 0.4 < gain < 1.4
