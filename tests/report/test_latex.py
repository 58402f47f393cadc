"""summary.tex: well nested, escaped, every row as wide as its table says. Nothing is compiled."""

import re

import pandas as pd
import pytest

from unjpeg.report.blocks import Block, Line, Part
from unjpeg.report.grid import grids
from unjpeg.report.latex import ACROSS, _pieces, escaped, latex
from unjpeg.report.summary import summarise

# All that LaTeX itself and booktabs define, of what we may write.
KNOWN = {
    *("begin", "end", "centering", "caption", "par", "footnotesize", "raggedright", "allowbreak"),
    *(
        "toprule",
        "midrule",
        "bottomrule",
        "textbf",
        "textit",
        "uparrow",
        "downarrow",
        "leq",
        "times",
        "approx",
    ),
    *("textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar"),
}


@pytest.fixture
def text(study):
    return (study.tables() / "summary.tex").read_text("utf-8")


def body(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith("%"))


def test_environments_and_braces_are_nested_well(text):
    open_ones = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", body(text)):
        if kind == "begin":
            open_ones.append(name)
        else:
            assert open_ones.pop() == name
    assert open_ones == []
    plain = re.sub(r"\\[{}]", "", body(text))
    assert plain.count("{") == plain.count("}")


def test_commands_need_booktabs_and_nothing_else(text):
    assert set(re.findall(r"\\([a-zA-Z]+)", body(text))) <= KNOWN
    assert "% Scores of study small" in text
    assert text.isascii()


def test_every_row_is_as_wide_as_its_table(text):
    tables = re.findall(r"\\begin\{tabular\}\{(l?r*)\}(.*?)\\end\{tabular\}", text, re.DOTALL)
    assert len(tables) == 6  # two protocols, each with fidelity, NIQE and harm
    for columns, inside in tables:
        rules = re.findall(r"\\(\w+)rule\n", inside)
        assert rules[:2] == ["top", "mid"]
        assert rules[-1] == "bottom"
        rows = [line for line in inside.splitlines() if line.endswith(r"\\")]
        assert len(rows) > 2
        for row in rows:
            assert len(re.findall(r"(?<!\\)&", row)) == len(columns) - 1


def test_values_are_those_of_the_summary_and_the_best_is_bold(text, study):
    summary = pd.read_csv(study.root / "tables/summary.csv", keep_default_na=False)
    query = "degradation == 'gray-q10' and protocol == 'gray-matlab'"
    means = summary.query(query).set_index(["model", "metric"])["mean"]
    gray = text[text.index("toys, protocol gray-matlab: PSNR") :]
    row = next(line for line in gray.splitlines() if line.startswith("half & "))
    psnr, ssim = means["half", "psnr"], means["half", "ssim"]
    assert row.split(" & ")[1].startswith(rf"\textbf{{{psnr:.2f}}}/\textbf{{{ssim:.4f}}}/")


def test_published_rows_stand_below_a_rule_with_their_source(text):
    assert r"\midrule" + "\n" + r"\textit{Net\_50\%}$^{1}$ & 35.60/0.9310/-- & 36/0.94/-- & " in text
    assert r"\par $^{1}$ Nobody \& Others, Some Conference 2020; their \textless{}table\textgreater{}" in text
    assert r"Codec \& luma are not stated." in text
    assert "Elsewhere" not in text


def test_special_characters():
    assert escaped(r"a_b & 5% $x$ #1 {y} \n ~ ^") == (
        r"a\_b \& 5\% \$x\$ \#1 \{y\} \textbackslash{}n \textasciitilde{} \textasciicircum{}"
    )
    assert escaped("PSNR ↑ ≤ 1 – x") == r"PSNR $\uparrow$ $\leq$ 1 -- x"


def test_many_degradations_make_more_tables():
    names = [f"q{q}" for q in range(10, 10 + ACROSS + 2)]
    values = [[Part(str(i))] for i in range(len(names))]
    empty = [[Part("–")]] * ACROSS + [[Part("1")]] * 2
    first, second = _pieces(Block(["PSNR"], names, [Line("a", values), Line("b", empty, 1)]))
    assert first.degradations + second.degradations == names
    assert [line.label for line in first.lines] == ["a"]
    assert [line.label for line in second.lines] == ["a", "b"]
    assert [p.text for line in second.lines for cell in line.cells for p in cell] == ["4", "5", "1", "1"]


def test_what_is_not_different_from_the_best_is_marked():
    rows = [
        ("s", model, "x", f"{i}", "q10", "color-420", "psnr", 30 + i + gain + wobble * (-1) ** i)
        for model, gain, wobble in (("none", 0, 0), ("best", 1, 0), ("near", 0.98, 0.3), ("far", 0.5, 0))
        for i in range(8)
    ]
    columns = ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]
    tables = grids(summarise(pd.DataFrame(rows, columns=columns)))
    text = latex("s", tables)
    assert r"near & 34.48$^{\approx}$ \\" in text
    assert r"far & 34.00 \\" in text
    assert r"best & \textbf{34.50} \\" in text
    low, high = re.search(r"near & \+0\.98 \[\+(\S+), \+(\S+)\]/0 \\% ", text).groups()
    # The standard error is 0.3 / sqrt(8).
    assert (float(low), float(high)) == pytest.approx((0.98 - 0.21, 0.98 + 0.21), abs=0.03)
