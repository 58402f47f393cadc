"""The page of means: every command can be typed, every number is the summary's."""

import json
import shlex

import pandas as pd
import pytest

from unjpeg.cli import main
from unjpeg.report.published import COLUMNS
from unjpeg.report.repeated import page
from unjpeg.report.summary import read_summary

CARD = {"arch": "ar_cnn", "parameters": 106561, "steps": 800, "seconds": 120, "trained_on": ["leaves"]}


@pytest.fixture
def tables(study):
    return study.tables()


@pytest.fixture
def written(tables, tmp_path):
    """The page that the verb writes, `half` a model that comes with unjpeg, `worse` a peer."""
    for name in ("half", "half+file"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        card = {
            "model": name,
            "title": "Half of it",
            "settings": {},
            "channels": 1,
            "recipe": "regression",
            **CARD,
        }
        (tmp_path / "mine" / name / "card.json").write_text(json.dumps(card))
    files = ["--summary", tables / "summary.csv", "--published", tables / "published.csv"]
    files += ["--cards", *sorted(tmp_path.glob("mine/*/card.json")), "--output", tmp_path / "results.md"]
    assert main(["results", "--study", "toy", *map(str, files)]) == 0
    return (tmp_path / "results.md").read_text("utf-8")


def test_a_row_per_model_and_the_published_ones(written, tables):
    assert written.startswith("# Results of study toy\n")
    summary = read_summary(tables / "summary.csv").set_index(["model", "degradation", "metric"])
    row = summary.loc["half", "gray-q10", "psnr"]
    assert f"| gray-q10 | half | {row['mean']:.2f} ({row['gain']:+.2f}) |" in written
    assert f"| gray-q10 | JPEG | {row['jpeg']:.2f} |" in written
    assert ", published | " in written
    assert written.count("| half | ar_cnn | 106,561 | 800 | leaves | 2 | Half of it |") == 1


def test_a_command_for_each_model(written):
    commands = [shlex.split(line) for line in written.splitlines() if line.startswith("    ")]
    models = {word for c in commands for option, word in zip(c, c[1:]) if option == "--model"}
    peers = {word for c in commands for option, word in zip(c, c[1:]) if option == "--peer"}
    assert (models, peers) == ({"none", "half"}, {"worse"})
    assert all(c[:3] == ["unjpeg", "evaluate", "toys/"] for c in commands)
    assert len({c[-1] for c in commands}) == len(commands)  # none overwrites another's CSV


def test_another_protocol_than_the_default_is_told(tables):
    summary = read_summary(tables / "summary.csv")
    luma = summary[summary["degradation"] == "q20"].assign(protocol="y-of-color-420")
    text = page(pd.concat([summary, luma]), pd.DataFrame(columns=COLUMNS), {"half": CARD})
    commands = [line for line in text.splitlines() if line.startswith("    ")]
    told = [line for line in commands if "--protocol y-of-color-420" in line]
    assert told == [line for line in commands if "--out toys-y-of-color-420" in line] != []
    assert len(told) < len(commands)


def test_what_is_kept_to_the_file_is_the_same_model_with_an_option(tables):
    summary = read_summary(tables / "summary.csv").replace({"model": {"half": "half+file"}})
    text = page(summary, pd.DataFrame(columns=COLUMNS), {"half+file": CARD})
    assert "--model half --consistent" in text
    assert "--out toys-gray-matlab-half+file.csv" in text
    assert "| half | ar_cnn |" in text
