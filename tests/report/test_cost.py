"""Cost beside gain: the table's cells, the figure's points."""

import json

import numpy as np
import pandas as pd
import pytest

from unjpeg.errors import UserError
from unjpeg.report.cost import cost_frame, cost_table, read_costs
from unjpeg.report.cost_figure import apart, cost_figure
from unjpeg.report.summary import read_summary


@pytest.fixture
def costs(study):
    record = json.loads((study.root / "cost/half.json").read_text())
    peer = dict.fromkeys(["parameters", "multiply_adds", "tile"]) | {"model": "peer", "milliseconds": 9.5}
    (study.root / "cost/peer.json").write_text(json.dumps(record | peer))
    return read_costs(study.tables() / "cost.csv")


def test_a_row_for_each_with_its_gains(study, costs):
    summary = read_summary(study.root / "tables/summary.csv").set_index(["model", "degradation", "metric"])
    assert list(costs["model"]) == ["half", "peer", "worse"]
    gains = costs.set_index("model")["gain toys/gray-q10"]
    assert gains["half"] == summary.loc[("half", "gray-q10", "psnr"), "gain"] > 0 > gains["worse"]
    assert gains.isna()["peer"]


def test_a_gain_beside_the_cost_is_of_the_first_protocol(study):
    summary = read_summary(study.tables() / "summary.csv")
    luma = summary.assign(protocol="y-of-color-420", gain=summary["gain"] + 1)
    costs = sorted(study.root.glob("cost/*.json"))
    one = cost_frame(costs, summary, ["toys/q20"])
    assert cost_frame(costs, pd.concat([luma, summary]), ["toys/q20"]).equals(one)


def test_cells_are_printed_or_a_dash(costs):
    table = cost_table(costs)
    texts = {row[0].text: dict(zip(table.heads, [field.text for field in row])) for row in table.rows}
    assert texts["half"]["multiply-adds per pixel"] == "106,448"
    assert texts["half"]["seen at once"] == "512 x 512"
    assert texts["half"]["device"] == "a CPU, threads: 2"
    assert texts["half"]["memory in MiB"] == "–"
    assert texts["half"]["gain in dB, toys/gray-q10"].startswith("+")
    assert texts["peer"]["parameters"] == texts["peer"]["gain in dB, toys/q20"] == "–"
    assert texts["peer"]["seen at once"] == "whole image"


def test_tables_say_it_in_every_form(study, costs):
    for name in ("summary.md", "summary.tex"):
        text = (study.root / "tables" / name).read_text("utf-8")
        assert "106,448" in text
        assert "1,234" in text


def test_a_point_and_a_name_for_each_that_was_tested(costs):
    upper, lower = cost_figure(costs).axes
    for axis, column in ((upper, "gain toys/gray-q10"), (lower, "gain toys/q20")):
        shown = costs[costs[column].notna()]
        points = {line.get_xydata()[0].tolist()[1] for line in axis.lines[1:]}
        assert points == set(shown[column])
        assert {text.get_text() for text in axis.texts} == set(shown["model"]) == {"half", "worse"}
        assert axis.get_xscale() == "log"
        assert axis.get_title(loc="left") == column.removeprefix("gain ")


def test_a_broken_record_is_named(study):
    (study.root / "cost/half.json").write_text("{}")
    with pytest.raises(UserError, match="half.json: not a record of `unjpeg cost`"):
        cost_frame([study.root / "cost/half.json"], None, [])


def test_labels_stand_apart_in_order_and_inside():
    heights = apart(np.array([1.0, 0.99, 0.98, 0.1, 0.0]), 0, 1, 0.1)
    assert heights == pytest.approx([1.0, 0.9, 0.8, 0.1, 0.0])
    assert apart(np.array([0.02, 0.01, 0.0]), 0, 1, 0.1) == pytest.approx([0.2, 0.1, 0.0])
