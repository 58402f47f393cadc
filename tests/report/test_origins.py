"""The foot and the metric cards: what a reader needs to repeat a table, told by the jobs that computed."""

import html
import json
import re

import pytest

from unjpeg.errors import UserError
from unjpeg.metrics import load

SAID = [
    "Seed of the study: 3 (division of images, patches).",
    "Test images, with the digest of their names and sha256: toys (4 images, aaaabbbbcccc).",
    "JPEG by Pillow 12.1 with libjpeg-turbo 3.1: baseline, standard tables, exact integer DCT, decoded "
    "with smooth chroma upsampling.",
    "Trained with torch 2.12.0, on cuda, seed 7: half.",
    "Restored with torch 2.13.0, on NVIDIA H100.",
    "Scored with pyiqa 0.1.16, unjpeg 0.1.0, on CPU x86_64, 2026-11-21, commit 0123456789ab-dirty.",
]


def edit(path, change):
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def test_markdown_latex_and_page_have_the_same_foot(study):
    folder = study.tables()
    study.plots()
    foot = (folder / "foot.txt").read_text("utf-8").splitlines()
    assert [line for line in foot if line in SAID] == SAID
    for part in (
        "Protocol gray-matlab: Y of MATLAB's",
        "rounded to 8 bits, no border cut",
        "Tables made with",
    ):
        assert any(part in line for line in foot)
    markdown = (folder / "summary.md").read_text("utf-8").replace("\\_", "_")
    assert markdown.endswith("".join(f"- {line}\n" for line in foot))
    assert [f"% {line}" in (folder / "summary.tex").read_text("utf-8") for line in foot] == [True] * len(foot)
    footer = html.unescape(study.page().read_text("utf-8").partition("<footer")[2])
    assert re.findall(r"<li>(.*?)</li>", footer)[:-1] == foot


def test_jobs_that_differ_are_told_apart(study):
    def other(record):
        record["encoded"]["libjpeg"] = "libjpeg 9"
        record["scored"]["commit"] = None
        record["scored"]["versions"]["pyiqa"] = "0.1.15"

    for path in study.root.glob("scores/worse/*/*.json"):
        edit(path, other)
    folder = study.tables()
    foot = (folder / "foot.txt").read_text("utf-8")
    assert "with libjpeg 9:" in foot and "with libjpeg-turbo 3.1:" in foot
    assert "pyiqa 0.1.15, unjpeg 0.1.0, on CPU x86_64, 2026-11-21, outside git: worse.\n" in foot
    assert "commit 0123456789ab-dirty: half, the JPEG.\n" in foot
    assert "pyiqa 0.1.15, 0.1.16" in (folder / "metrics.csv").read_text("utf-8")


def test_what_is_not_recorded_is_said(study):
    for path in study.root.glob("scores/worse/*/*.json"):
        path.unlink()
    foot = (study.tables() / "foot.txt").read_text("utf-8")
    assert "With what 4 of 12 score files were made is not recorded." in foot


def test_every_metric_has_its_card_in_every_form(study):
    folder = study.tables()
    study.plots()
    page = html.unescape(study.page().read_text("utf-8"))
    assert '<a href="#metrics">Metrics</a>' in page
    markdown, tex = ((folder / f"summary.{kind}").read_text("utf-8") for kind in ("md", "tex"))
    for text in (
        page,
        markdown.replace("\\_", "_"),
        tex.replace("\\_", "_").replace("$-$", "-").replace("\\allowbreak{}", ""),
    ):
        assert "niqe_modelparameters.mat 5ba" + 61 * "0" in text
        for name in ("psnr", "ssim", "psnr_b", "niqe"):
            card = load(name).CARD
            for part in (card.title, card.better, card.bounds, card.color, card.source):
                assert part in text
    assert "pyiqa 0.1.16" in (folder / "metrics.csv").read_text("utf-8")


def test_a_file_whose_digest_nobody_recorded_is_said(study, step):
    step("tables", "--study", "small", "--scores", *study.scores, "--out-folder", study.root / "out")
    text = (study.root / "out/metrics.csv").read_text("utf-8")
    assert "niqe_modelparameters.mat (sha256 not recorded)" in text


@pytest.mark.parametrize("content", ["[]", "{", '{"files": 3}', '{"metric": "niqe"}'])
def test_a_foreign_list_of_files_is_one_line(study, step, content):
    (study.root / "wrong.json").write_text(content)
    with pytest.raises(UserError, match=r"wrong\.json") as caught:
        step(
            *("tables", "--study", "small", "--scores", *study.scores),
            *("--files", study.root / "wrong.json", "--out-folder", study.root / "out"),
        )
    assert "\n" not in str(caught.value)


def test_naturalness_always_stands_beside_the_original_and_the_jpeg(study):
    """NIQE of the clean image and of the JPEG, in Markdown, LaTeX and on the page."""
    folder = study.tables()
    study.plots()
    markdown, tex = ((folder / f"summary.{kind}").read_text("utf-8") for kind in ("md", "tex"))
    for label, value in (("JPEG (input)", "6.00"), ("clean (ground truth)", "4.00")):
        assert f"| {label} | {value} | {value} | {value} |" in markdown
        assert f"{label} & {value} & {value} & {value} \\\\" in tex
    page = study.page().read_text("utf-8")
    for model, value in (("none", "6.00"), ("clean", "4.00")):
        rows = re.findall(rf'<tr data-model="{model}".*?</tr>', page, re.DOTALL)
        assert [row.count(f">{value}<") for row in rows] == [1, 3]  # color-420, then gray-matlab


def test_scores_with_two_parameter_files_of_one_name_are_no_table(study):
    for model, digest in (("half", "a" * 64), ("worse", "b" * 64)):
        for path in study.root.glob(f"scores/{model}/*/*.json"):
            edit(path, lambda record, d=digest: record["scored"].update(files={"hub/niqe.mat": d}))
    with pytest.raises(UserError, match=r"scores: hub/niqe\.mat was aaaaaaaaaaaa for some and bbbbbbbbbbbb"):
        study.tables()


def test_the_foot_says_when_and_from_which_commit_models_were_trained(study):
    card = study.root / "models/half/card.json"
    edit(card, lambda record: record.update(commit="89abcdef0123", date="2026-11-20"))
    foot = (study.tables() / "foot.txt").read_text("utf-8")
    assert "Trained with torch 2.12.0, on cuda, 2026-11-20, commit 89abcdef0123, seed 7: half.\n" in foot
