import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjpeg.degradation import Compress, Degradation, Shift, parse
from unjpeg.errors import UserError

quality = st.integers(1, 100)
shift = st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(any).map(lambda s: Shift(*s))


@st.composite
def degradations(draw):
    gray = draw(st.booleans())
    sampling = st.just("420") if gray else st.sampled_from(["420", "422", "444"])
    steps = []
    for number in range(draw(st.integers(0, 3))):
        if number and draw(st.booleans()):
            steps.append(draw(shift))
        steps.append(Compress(draw(quality), draw(sampling)))
    return Degradation(tuple(steps), gray)


@given(degradations())
def test_printing_and_parsing_are_inverse(degradation):
    assert parse(str(degradation)) == degradation


@given(st.text("qs0123456789x+-gray none", max_size=14))
def test_one_spelling_for_one_meaning(text):
    try:
        spelled = str(parse(text))
    except UserError as error:
        spelled, message = text, str(error)
    else:
        message = repr(text)
    assert spelled == text
    assert repr(text) in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("q0", "q0"),
        ("q101", "q101"),
        ("q010", "q010"),
        ("q10-411", "q10-411"),
        ("", "''"),
        ("q10+", "''"),
        ("s1x1+q10", "between"),
        ("q10+s1x1", "between"),
        ("q10+s1x1+s1x1+q5", "between"),
        ("q5+s0x0+q5", "s0x0"),
        ("q5+s8x0+q5", "s8x0"),
        ("gray-q10-444", "chroma"),
        ("Q10", "Q10"),
        ("none+q10", "none"),
        ("q10-420", "-420"),
    ],
)
def test_refusals_name_the_part(text, why):
    with pytest.raises(UserError, match=f"degradation {text!r}".replace("+", r"\+")) as caught:
        parse(text)
    assert why in str(caught.value)


def test_shift_and_quality():
    double = parse("gray-q50+s3x5+q10")
    assert double.shift == (3, 5)
    assert double.quality == 10
    assert parse("none").quality is None
