"""config/published.yaml: true to its notes, fit for our tables, and one line for each mistake."""

import re

import pytest
import yaml

from unjpeg.config.published import read_published, values
from unjpeg.config.registry import registry
from unjpeg.degradation import parse
from unjpeg.errors import UserError
from unjpeg.metrics.protocol import named

# Where each table starts in the notes that it was taken from.
HEADS = {
    "classic5-gray": "| Classic5 | QF10 | QF20 | QF30 | QF40 | params |",
    "live1-gray": "| LIVE1 (Y) |",
    "bsds500-gray": "| BSDS500 test, 200 (Y) |",
    "live1-color-420": "| LIVE1 RGB PSNR/SSIM |",
}


@pytest.fixture(scope="module")
def published(root):
    return read_published(root / "config" / "published.yaml")


def test_every_table_fits_our_sets_and_protocols(published, root):
    sets = registry(root / "config" / "datasets.yaml")
    for name, table in published.tables.items():
        assert table.images <= sets[table.set].count, name
        assert all(named(table.protocol).fits(parse(d)) for d in table.degradations), name
    for row in published.reported:
        assert row.set is None or row.set in sets
        assert row.arch is None or (root / f"src/unjpeg/models/{row.arch}.py").is_file()


def test_the_five_reproduced_systems_are_explained(published):
    archs = {row.arch for row in published.reported}
    assert archs >= {"car_cnn", "conv_unit", "dejpeg", "block_cnn", "arnet"}


def test_values_are_plausible_and_no_system_has_two_in_one_place(published):
    ranges = {"psnr": (20, 40), "ssim": (0.5, 1), "psnr_b": (20, 40)}
    seen = set()
    for table in published.tables.values():
        for value in values(table):
            low, high = ranges[value.metric]
            assert low < float(value.text) < high
            place = (table.set, table.protocol, value.degradation, value.metric, value.system)
            assert place not in seen
            seen.add(place)
    assert len(seen) > 800


GOLDEN = {
    "Classic5, `gray-matlab`": "classic5-gray",
    "LIVE1, `gray-matlab`": "live1-gray",
    "BSDS500 test, `gray-matlab`": "bsds500-gray",
    "BSDS500 test, `color-420`": "bsds500-color-420",
    "LIVE1, `color-420`": "live1-color-420",
}


@pytest.mark.parametrize("title", GOLDEN)
def test_the_published_jpeg_rows_are_our_golden_rows(published, root, title):
    """docs/protocol.md holds what we measure; the published rows agree in every digit that they print."""
    text = (root / "docs" / "protocol.md").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {title} |")]
    table = published.tables[GOLDEN[title]]
    for cell, printed in zip(line.split("|")[2:6], table.rows["JPEG"].values, strict=True):
        for ours, theirs in zip(cell.strip(" ✓").split("/"), printed.split("/"), strict=False):
            digits = len(theirs.split(".")[1])
            assert abs(float(ours) - float(theirs)) <= 0.5001 * 10**-digits, (ours, theirs)


@pytest.mark.parametrize("name", HEADS)
def test_no_digit_was_lost_on_the_way(published, shared, name):
    """Every cell of the notes stands in the file, in the same order."""
    lines = (shared / "anchors.md").read_text("utf-8").partition(HEADS[name])[2].splitlines()[2:]
    notes = {}
    for line in lines[: next(i for i, text in enumerate(lines) if not text.startswith("|"))]:
        system, *cells = [re.sub(r"\*\*|\(.*\)", "", c).strip() for c in line.strip("|").split("|")]
        for i, one in enumerate(system.split(" / ")):
            parts = [re.split(" / ", c) for c in cells[:4]]
            notes[one.strip()] = [p[min(i, len(p) - 1)].strip() for p in parts]
    names = {"SwinIR colour": "SwinIR"}
    table = published.tables[name]
    assert {names.get(k, k): tuple(v) for k, v in notes.items()} == {
        k: r.values for k, r in table.rows.items()
    }


DOUBLE = {
    "live1-double": ("| (QF1,QF2) | JPEG | DnCNN |", "", "s4x4"),
    "live1-double-oapt": ("| set, (QF1,QF2,dy,dx) |", "LIVE1 ", ""),
    "classic5-double-oapt": ("| set, (QF1,QF2,dy,dx) |", "Classic5 ", ""),
    "bsds500-double-oapt": ("| set, (QF1,QF2,dy,dx) |", "BSDS500 ", ""),
}


@pytest.mark.parametrize("name", DOUBLE)
def test_no_digit_of_double_compression_was_lost(published, shared, name):
    """The same with systems as columns, a pair of qualities and a shift a row."""
    head, start, shift = DOUBLE[name]
    table = published.tables[name]
    lines = (shared / "anchors.md").read_text("utf-8").partition(head)[2].splitlines()[2:]
    found = []
    for line in lines[: next(i for i, text in enumerate(lines) if not text.startswith("|"))]:
        place, *cells = [c.strip(" *") for c in line.strip("|").split("|")]
        if place.startswith(start):
            first, last, *rest = re.findall(r"\d+", place.partition("(")[2])
            degradation = f"gray-q{first}+{shift or 's{}x{}'.format(*rest)}+q{last}"
            index = table.degradations.index(degradation)
            ours = [row.values[index] for row in table.rows.values()]
            assert [
                c if o.count("/") == c.count("/") else c.rpartition("/")[0] for c, o in zip(cells, ours)
            ] == ours
            found.append(degradation)
    assert sorted(found) == sorted(table.degradations)


GOOD = {
    "sources": {"a": "A paper"},
    "tables": {
        "t": {
            "set": "kodak24",
            "images": 24,
            "protocol": "color-420",
            "degradations": ["q10", "q20"],
            "metrics": ["psnr", "ssim"],
            "rows": {"Net": {"sources": ["a"], "values": ["27.00/.7700", "-"]}},
        }
    },
}


def test_a_file_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    (table,) = read_published(tmp_path / "mine.yaml").tables.values()
    assert [v.text for v in values(table)] == ["27.00", "0.7700"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("27.00/.7700", "27.00/.77oo", "'27.00/.77oo' is no cell; want values as printed"),
        ("'-'", "28.10", "the value 28.1 stands without quotes"),
        ("- '-'", "", "rows.Net: 1 cells for 2 degradations"),
        ("27.00/.7700", "27.00/.7700/26.00", "rows.Net: 27.00/.7700/26.00 has more values than metrics"),
        ("- a\n", "- b\n", "tables.t.rows.Net: no source 'b'"),
        ("- psnr", "- psnrr", "no metric 'psnrr'; did you mean 'psnr'"),
        ("- q20", "- q200", "degradation 'q200'"),
        ("images: 24", "image: 24", "tables.t.image: no key 'image'; did you mean 'images'"),
    ],
)
def test_mistakes_are_one_line(tmp_path, old, new, message):
    text = yaml.safe_dump(GOOD)
    assert old in text
    (tmp_path / "mine.yaml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        read_published(tmp_path / "mine.yaml")
    assert "\n" not in str(caught.value)
