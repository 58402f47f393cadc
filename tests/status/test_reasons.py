"""Reasons as Snakemake 9.27 prints them, in a few words."""

import pytest

from unjpeg.status.reasons import causes
from unjpeg.status.snakemake import Jobs, planned, wanted_files

CHANGED = (
    "Params have changed since last execution: Union of exclusive params before and now across all output: "
)


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("Missing output files: results/s/scores/a.csv, results/s/scores/a.json", "", ["output missing"]),
        (
            "Missing output files: results/s/report.html; "
            "Input files updated by another job: results/s/tables/foot.txt",
            "page",
            ["output missing"],
        ),
        (
            "Input files updated by another job: results/s/models/x/card.json, results/s/degraded/p/q10.h5, "
            "results/s/models/x/model.safetensors; Set of input files has changed since last execution",
            "",
            ["input made anew (degraded, models)", "set of inputs changed"],
        ),
        (CHANGED + "before: '0123456789ab' now: 'ba9876543210' ", "train_x", ["params changed (code)"]),
        (
            CHANGED + "before: '0123456789ab' now: 'ba9876543210' ",
            "page",
            ["params changed (code or template)"],
        ),
        (
            CHANGED + """before: '{"train": {"lr": 0.1, "b": [1]}, "a": "; "}','0123456789ab' """
            """now: 'ba9876543210','{"train": {"lr": 0.2, "b": [1]}, "a": "; ", "c": null}' """,
            "train_x",
            ["params changed (code, train.lr: 0.1 -> 0.2, c: nothing -> null)"],
        ),
        (CHANGED + "before: <nothing exclusive> now: 'q10' ", "compress", ["params changed"]),
        (CHANGED + "in words of a later Snakemake", "compress", ["params changed"]),
        ("Code has changed since last execution", "", ["rule changed"]),
        ("Forced execution", "", ["Forced execution"]),
    ],
)
def test_reason(text, rule, expected):
    assert causes(text, rule) == expected


def test_jobs_of_one_rule_and_reason_are_one_line():
    block = (
        "rule score:\n    input: a\n    reason: Missing output files: {}\n    wildcards: study=s, model={}\n"
    )
    plan = "\n".join(
        [
            "Building DAG of jobs...",
            block.format("results/s/scores/a.csv", "a"),
            block.format("results/s/scores/b.csv", "b"),
            "rule train_b-2:\n    reason: Code has changed since last execution\n",
            "localrule all:\n    reason: Input files updated by another job: results/s/report.html\n",
        ]
    )
    assert planned(plan) == [
        Jobs("score", 2, ("output missing",)),
        Jobs("train b-2", 1, ("rule changed",)),
    ]


def test_wanted_files_are_there_or_not():
    head = "output_file\tdate\trule\tlog-file(s)\tstatus\tplan\n"
    rows = "a/b.csv\tSat Nov 21\tr\t-\tok\tno update\na/c.csv\t-\tr\t-\tmissing\tupdate pending\n"
    assert wanted_files("Building DAG\n" + head + rows) == {"a/b.csv": True, "a/c.csv": False}
