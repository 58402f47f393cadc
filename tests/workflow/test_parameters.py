"""Parameter files of losses: fetched for the models whose losses read them, once."""

import hashlib
import json
from collections import Counter

import pytest

from unjpeg import losses

ENTRY = "resources/metrics/lpips-squeeze.json"


@pytest.fixture
def study(fresh, tmp_path):
    """The smoke study with a model that trains with LPIPS, and own copies of the files for it."""
    copies = {}
    for path in losses.files("lpips_squeeze"):
        file = path.rpartition("/")[2]
        (tmp_path / file).write_text(file)
        digest = hashlib.sha256(file.encode()).hexdigest()
        copies[file] = {"path": str(tmp_path / file), "sha256": digest}
    fresh.study(lambda s: s.update(metric_files=copies))
    fresh.study(lambda s: s["models"]["unit"]["train"].update(loss="lpips_squeeze"))
    return fresh


def test_a_download_brings_what_losses_read_and_a_further_reader_changes_nothing(study):
    assert study.planned("download")["parameters lpips-squeeze"] == 1
    done = study.snakemake(ENTRY)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((study.folder / ENTRY).read_text())["files"]
    assert [row["path"] for row in rows] == list(losses.files("lpips_squeeze"))
    assert all((study.folder / "resources/metrics" / row["path"]).is_file() for row in rows)
    study.study(lambda s: s["models"]["unit-tuned"]["train"].update(loss="lpips_squeeze"))
    assert study.planned(ENTRY) == Counter()
    assert study.planned("download")["parameters lpips-squeeze"] == 0


def test_who_reads_the_files_stands_in_the_error(study, tmp_path):
    (tmp_path / "squeezenet1_1-b8a52dc0.pth").unlink()
    study.study(lambda s: s["models"]["car"]["train"].update(loss="lpips_squeeze"))
    study.study(lambda s: s["test"]["metrics"].append("lpips_squeeze"))
    done = study.snakemake(ENTRY)
    assert done.returncode != 0
    text = (study.folder / "resources/logs/parameters-lpips-squeeze.txt").read_text()
    assert "no such file (own copy of squeezenet1_1-b8a52dc0.pth)" in text
    assert "wanted by the scores, model car, model unit" in text
    assert len(text.strip().splitlines()) == 1


def test_a_metric_is_scored_after_its_files_are_here(study):
    study.study(lambda s: s["models"].clear())
    assert "parameters lpips-squeeze" not in study.planned()
    study.study(lambda s: s["test"]["metrics"].append("lpips_squeeze"))
    assert study.planned()["parameters lpips-squeeze"] == 1
