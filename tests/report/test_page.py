"""`unjpeg page`: one file that needs no other, well formed, the same twice; its script in a browser."""

import json
import re
import tomllib
from collections import Counter
from html.parser import HTMLParser

import pytest

from unjpeg.report.cards import COLUMNS
from unjpeg.report.render import render

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """Tags with their attributes; fails on a wrong nesting."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.open, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def text(whole) -> str:
    return (whole.root / "report.html").read_text("utf-8")


def test_nothing_is_loaded_from_elsewhere(text):
    page = Page(text)
    addresses = [a[k] for _, a in page.tags for k in ("src", "href", "action", "srcset", "data") if k in a]
    assert addresses
    assert all(a.startswith(("data:", "#")) for a in addresses)
    assert len(page.all("img")) == 3 + 1 + 2 + 2 + 1
    assert all(
        a["src"].startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")) for a in page.all("img")
    )
    assert not re.search(r"https?://|@import|url\(", text)


def test_ids_are_unique_and_links_lead_somewhere(text):
    page = Page(text)
    ids = Counter(a["id"] for _, a in page.tags if "id" in a)
    assert max(ids.values()) == 1
    named = [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    linked = [a["href"][1:] for a in page.all("a")] + [a["for"] for a in page.all("label") if "for" in a]
    assert set(named + linked) <= set(ids)


def test_pictures_tables_and_headings_are_described(text):
    page = Page(text)
    assert all(len(a["alt"]) > 30 for a in page.all("img"))
    tags = [name for name, _ in page.tags]
    assert tags.count("caption") == tags.count("table") == 10
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_numbers_are_those_of_the_markdown(whole, text):
    cells = set(Page(text).texts)
    markdown = (whole.root / "tables/summary.md").read_text("utf-8")
    best = re.findall(r"\*\*([\d.]+)\*\*", markdown)
    assert len(best) == 16
    for value in best:
        assert f"<strong>{value}</strong>" in text
        assert value in cells


def test_columns_of_heads_and_rows_agree(text):
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        first = re.findall(r"<tr.*?</tr>", table, re.DOTALL)[0]
        width = sum(int(m) if m else 1 for m in re.findall(r'<th(?=[^>]*>)(?:[^>]*?colspan="(\d+)")?', first))
        for row in re.findall(r"<tr.*?</tr>", re.search(r"<tbody>.*", table, re.DOTALL)[0], re.DOTALL):
            assert len(re.findall(r"<t[hd][ >]", row)) == width


def test_a_card_without_keys_is_a_row_of_dashes(text):
    text = text[text.index('<section id="models"') :]
    rows = re.findall(r'<tr class="part" data-about="(\w+)[^"]*">(.*?)</tr>', text, re.DOTALL)
    assert [name for name, _ in rows] == ["half", "worse"]
    assert "106,561" in rows[0][1]
    assert "leaves" in rows[0][1]
    assert re.findall(r"<td[^>]*>(.*?)</td>", rows[1][1]) == ["–"] * len(COLUMNS)


def test_published_rows_are_marked_and_lead_to_their_source(text):
    row = re.search(r'<tr data-model="Net_50% \(published\)" class="published">(.*?)</tr>', text, re.DOTALL)[
        1
    ]
    assert re.findall(r"<td[^>]*>(0\.\d+|\d+\.?\d*)</td>", row) == ["35.60", "0.9310", "36", "0.94"]
    link = re.search(r'href="#([^"]+)"', row)[1]
    source = re.search(rf'<li id="{link}">(.*?)</li>', text)[1]
    assert source == ("Nobody &amp; Others, Some Conference 2020; their &lt;table&gt; (one network)")
    assert "strong" not in row
    assert "Codec &amp; luma are not stated." in text
    assert "no images" in text


def test_every_gain_has_its_interval_and_its_harm(text):
    table = re.findall(r"<table.*?</table>", text, re.DOTALL)[0]
    row = re.search(r'<tr data-model="worse">.*?</tr>', table, re.DOTALL)[0]
    cells = re.findall(r'<td class="gain" data-value="([^"]+)">(.*?)</td>', row)
    assert len(cells) == 2
    assert float(cells[0][0]) < 0
    assert re.fullmatch(r"-\d\.\d\d <small>\[-\d\.\d\d, -\d\.\d\d\]</small>", cells[0][1])
    assert cells[1] == ("1.0", "100 %")


def test_texts_are_escaped(study):
    study.tables()
    path = study.root / "models/half/card.json"
    path.write_text(json.dumps({"model": "half", "arch": "<script>alert(1)</script>"}))
    text = study.page().read_text("utf-8")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_same_bytes_twice(whole):
    assert whole.page("a.html").read_bytes() == whole.page("b.html").read_bytes()


def test_sorting_and_filtering_in_a_browser(text, browser):
    script = """
      const out = {}, table = document.querySelectorAll("table.sortable")[1];
      const models = () => [...table.tBodies[0].rows].filter((r) => !r.hidden).map((r) => r.dataset.model);
      const buttons = [...table.querySelectorAll("button")], filter = document.getElementById("filter");
      const type = (text) => { filter.value = text; filter.dispatchEvent(new Event("input")); };
      buttons[1].click(); out.best = models(); buttons[1].click(); out.worst = models();
      type("HALF"); out.half = models(); type("toys"); out.toys = models();
      type("nothing"); out.shown = [...document.querySelectorAll(".part")].filter((p) => !p.hidden).length;
      return out;
    """
    published = "Net_50% (published)"
    assert browser(text, script).result == {
        "best": [published, "half", "none", "worse", "clean"],
        "worst": ["worse", "none", "half", published, "clean"],
        "half": ["none", "half", "clean"],
        "toys": ["worse", "none", "half", published, "clean"],
        "shown": 0,
    }


def test_every_template_is_part_of_the_package(root):
    patterns = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    files = [
        path for path in (root / "src/unjpeg/report").iterdir() if path.is_file() and path.suffix != ".py"
    ]
    assert len(files) >= 8
    assert not [path for path in files if not any(map(path.match, patterns["unjpeg.report"]))]


def test_a_study_of_detectors_alone_does_not_speak_of_restoring():
    page = render("mine", *([] for _ in range(8)), digest="0")
    assert "Detection of JPEG compression on" in " ".join(page.split())
    assert "Removal" not in page and "does not beat it" not in page
