"""The page in a browser: the viewer of crops, a quiet console, and no word to any network."""

import io
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

# The stage's canvas as rows of RGB, the divider's place across the canvas in pixels, what stands below it.
STAGE = """
  const figure = document.querySelector('figure[data-about="half"]');
  const stages = [...figure.querySelectorAll(".stage")];
  const [left, right] = figure.querySelectorAll("select");
  const look = (stage) => {
    const canvas = stage.querySelector("canvas"), box = canvas.getBoundingClientRect();
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const line = stage.querySelector(".divider").getBoundingClientRect();
    return {
      pixels: [...data].filter((_, i) => i % 4 < 3),
      size: [canvas.height, canvas.width],
      divider: (line.left + line.right) / 2 - box.left,
      shown: [box.width, box.height],
      texts: [...stage.querySelectorAll("output")].map((o) => o.textContent),
    };
  };
  const slide = (stage, value) => {
    const range = stage.querySelector("input");
    range.value = value;
    range.dispatchEvent(new Event("input"));
  };
  const choose = (select, label) => {
    select.selectedIndex = [...select.options].findIndex((option) => option.text === label);
    select.dispatchEvent(new Event("change"));
  };
"""


@pytest.fixture
def text(whole) -> str:
    return (whole.root / "report.html").read_text("utf-8")


def sheet_of(text: str) -> np.ndarray:
    """The picture of the figure of model `half`, uint8 (H, W, 3)."""
    figure = re.search(r'data-about="half" data-layout.*?</figure>', text, re.DOTALL)[0]
    return np.asarray(Image.open(io.BytesIO(b64decode(re.search(r"base64,([^\"]+)", figure)[1]))))


def test_the_slider_moves_between_the_pixels_of_two_crops(text, browser, whole):
    from unjpeg.report.sheet import read_layout

    script = (
        STAGE
        + """
      const out = [look(stages[0])];
      slide(stages[0], 10); out.push(look(stages[0]));
      choose(left, "clean"); choose(right, "JPEG (input)"); out.push(look(stages[0]));
      slide(stages[0], 64); out.push(look(stages[0]), look(stages[1]));
      return out;
    """
    )
    seen = [{**s, "pixels": np.reshape(s["pixels"], (*s["size"], 3))} for s in browser(text, script).result]
    sheet, rows = sheet_of(text), read_layout(whole.root / "cases/half.png")
    clean, jpeg, half = ([cut(sheet, row["crops"][k]) for row in rows] for k in range(3))
    for stage, before, after, place in (
        (seen[0], jpeg[0], half[0], 32),
        (seen[1], jpeg[0], half[0], 10),
        (seen[2], clean[0], jpeg[0], 10),
        (seen[3], clean[0], jpeg[0], 64),
        (seen[4], clean[1], jpeg[1], 32),
    ):
        assert np.array_equal(stage["pixels"][:, :place], before[:, :place])
        assert np.array_equal(stage["pixels"][:, place:], after[:, place:])
        assert stage["divider"] == pytest.approx(place, abs=0.1)
    assert not np.array_equal(jpeg[0], half[0])
    assert seen[1]["texts"][0].startswith("JPEG (input) ")
    assert re.fullmatch(r"half \d\d\.\d\d dB \([+-]\d\.\d\d\)", seen[1]["texts"][1])
    assert seen[2]["texts"][0].strip() == "clean"


def cut(sheet: np.ndarray, crop: dict) -> np.ndarray:
    left, top, width, height = crop["window"]
    return sheet[top : top + height, left : left + width]


def test_a_pixel_is_a_pixel_or_two_by_two(text, browser):
    script = (
        STAGE
        + """
      const boxes = [...document.querySelectorAll(".double")];
      const pictures = [...document.querySelectorAll(".crops img, .crops canvas")];
      const widths = () => pictures.map((picture) => picture.clientWidth);
      const out = [look(stages[0]).shown, widths()];
      boxes[1].click();
      out.push(look(stages[0]).shown, widths(), boxes.map((b) => b.checked), look(stages[0]).divider);
      return out;
    """
    )
    single, widths, double, doubled, checked, divider = browser(text, script).result
    assert (single, double, checked, divider) == ([64, 64], [128, 128], [True, True], 64)
    assert len(widths) == (1 + 3) + (1 + 3) + (1 + 4)
    assert doubled == [2 * width for width in widths]


def test_the_page_is_quiet_and_asks_no_network(text, browser):
    script = (
        STAGE
        + """
      slide(stages[0], 3); choose(left, "half"); document.querySelector("button").click();
      return performance.getEntriesByType("resource").map((entry) => entry.name.slice(0, 5));
    """
    )
    seen = browser(text, script)
    assert set(seen.result) <= {"data:"}
    assert (seen.console, seen.requests) == ([], [])


def test_the_browser_would_tell(browser):
    """What the test above looks for is there in a page that is not quiet."""
    page = '<!doctype html><body><img src="http://unjpeg.invalid/x.png"></body>'
    seen = browser(page, "setTimeout(() => { throw 1 }); console.error('ouch'); return 1")
    assert seen.requests == ["http://unjpeg.invalid/x.png"]
    assert "ouch" in "".join(seen.console)


def test_without_scripts_the_sheets_stand_and_nothing_else(text):
    body = re.sub(r"<template.*?</template>", "", text, flags=re.DOTALL)
    assert body.count("data-layout=") == body.count('alt="Crops of') == 3
    assert "<canvas" not in body
    assert "<select" not in body
    assert len(re.findall(r'<p class="controls" hidden><label><input type="checkbox"', body)) == 2
