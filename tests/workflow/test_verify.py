"""Records beside results: what verify finds, and what Snakemake does after `.snakemake/` is gone."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from unjpeg.chain.records import records_in


@pytest.fixture
def moved(finished, checkout, tmp_path):
    """The finished study in another folder, as on another machine; `.snakemake/` left behind."""
    folder = tmp_path / "elsewhere"
    ignore = shutil.ignore_patterns(".snakemake", "__pycache__", "notes", "hook")
    shutil.copytree(finished.folder, folder, ignore=ignore, symlinks=True)
    memory = "results/smoke/.snakemake"  # the pattern leaves it out with the other one
    shutil.copytree(finished.folder / memory, folder / memory)
    copy = type(finished).__new__(type(finished))
    copy.folder, copy.config, copy.environment = folder, folder / "smoke.yaml", {}
    return copy


def verify(checkout, *options):
    environment = {**os.environ, "PYTHONPATH": str(checkout.folder / "src")}
    command = [sys.executable, "-m", "unjpeg", "verify", *options]
    done = subprocess.run(command, cwd=checkout.folder, capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout + done.stderr


def flip(path, keep_time=False):
    stat, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    if keep_time:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_copied_study_is_true_and_plans_nothing(moved):
    code, text = verify(moved)
    assert (code, text.splitlines()[-1][-13:]) == (0, "nothing false")
    assert not (moved.folder / ".snakemake").exists()
    assert not moved.planned()
    assert verify(moved, "smoke")[0] == 0


def test_every_result_has_a_record_of_all_that_made_it(moved):
    records = {k.name: v for k, v in records_in(moved.folder / "results/smoke").items()}
    train = next(r for r in records.values() if r["verb"] == "train" and "unit-tuned" in r["argv"][2])
    assert "results/smoke/models/unit/model.safetensors" in train["inputs"]
    assert "results/smoke/patches/colour/train.h5" in train["inputs"]
    assert {"unjpeg.models.conv_unit", "unjpeg.recipes.regression", "unjpeg.losses.charbonnier"} <= set(
        train["code"]
    )
    assert "unjpeg.losses.l1" not in train["code"]
    assert train["versions"]["torch"] and train["device"] == "cpu"
    names = [name for record in records.values() for name in record["outputs"]]
    assert len(names) == len(set(names))


def test_the_first_false_thing_is_named_and_made_again(moved):
    path = moved.folder / "results/smoke/degraded/photos/q10.h5"
    before = path.read_bytes()
    flip(path, keep_time=True)
    code, text = verify(moved)
    assert code == 1
    assert text.startswith(
        "false: results/smoke/degraded/photos/q10.h5: changed since `unjpeg compress` wrote"
    )
    assert "also results/smoke/restored/car/photos/q10.h5: made of another" in text
    path.touch()
    planned = moved.planned()
    assert planned["compress photos q10"] == 1
    assert planned["restore_set car photos q10"] == 1
    assert not any(job.startswith(("train", "patches", "fetch", "split")) for job in planned)
    done = moved.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    assert path.read_bytes() == before
    assert verify(moved)[0] == 0
    assert not moved.planned()


def test_a_truncated_table_is_made_again_without_snakemakes_memory(moved):
    path = moved.folder / "results/smoke/tables/summary.csv"
    path.write_bytes(path.read_bytes()[:-20])
    planned = moved.planned()
    assert planned["tables"] == 1
    assert not any(job.startswith(("train", "score", "restore", "compress")) for job in planned)


@pytest.mark.parametrize("lost", [True, False])
def test_what_lost_its_record_is_made_again(moved, lost):
    path = moved.folder / "results/smoke/scores/car/photos/q10.csv"
    record, before = path.with_name(".q10.csv.record.json"), path.read_bytes()
    path.write_bytes(before.replace(b"psnr,2", b"psnr,3"))
    record.unlink() if lost else record.write_bytes(record.read_bytes()[:50])
    code, text = verify(moved)
    assert code == 1 and text.startswith("false: results/smoke/scores/car/photos/q10.csv: no record")
    assert moved.planned()["score car photos q10"] == 1
    assert moved.snakemake().returncode == 0
    assert path.read_bytes() == before
    assert verify(moved)[0] == 0


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_in_a_folder_that_is_one_output_is_made_again(moved, gone):
    path = moved.folder / "results/smoke/tables/images/car/photos.csv"
    path.unlink() if gone else path.write_text("model\n")
    planned = moved.planned()
    assert planned["tables"] == 1
    assert not any(job.startswith(("train", "score", "restore", "compress")) for job in planned)


def test_other_code_is_seen_where_snakemake_remembers_nothing(moved):
    shutil.rmtree(moved.folder / "results/smoke/.snakemake")
    job = "score car photos-gray gray-q10"
    assert not moved.planned()[job]
    moved.edit("src/unjpeg/metrics/ssim.py", "0.03", "0.04")
    planned = moved.planned()
    assert planned[job] == 1
    assert not any(name.startswith(("train", "patches", "fetch")) for name in planned)


def test_what_was_put_back_is_no_longer_in_doubt(moved):
    path = moved.folder / "results/smoke/scores/car/photos/q10.csv"
    before, stat = path.read_bytes(), path.stat()
    path.write_bytes(before[:-9])
    assert moved.planned()["score car photos q10"] == 1
    path.write_bytes(before)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert not moved.planned()


def test_a_folder_of_ones_own_is_no_study(moved):
    (moved.folder / "results/mine").mkdir()
    assert verify(moved)[0] == 0


def test_an_edited_config_is_seen_without_snakemakes_memory(moved):
    moved.study(lambda study: study["models"]["car"]["train"].update(lr=0.5))
    planned = moved.planned()
    assert planned["train_car"] == 1
    assert not any(job.startswith("train") and job != "train_car" for job in planned)
    assert not any(job.startswith(("compress", "patches", "fetch")) for job in planned)


def test_other_code_is_named_and_a_comment_is_not(moved):
    moved.edit("src/unjpeg/metrics/psnr.py", '"""', '"""In other words: ')
    assert verify(moved)[0] == 0
    moved.edit("src/unjpeg/metrics/psnr.py", "\ndef ", "\nUNUSED = 1\n\n\ndef ")
    code, text = verify(moved)
    assert code == 1
    assert "made by other code of unjpeg.metrics.psnr" in text
    assert "restored/" not in text
    assert moved.planned()["score car photos q10"] == 1
    code, text = verify(moved, "--accept")
    assert code == 0 and "snakemake --touch" in text
    assert moved.snakemake("--touch").returncode == 0
    assert verify(moved)[0] == 0
    assert not moved.planned()


def test_nothing_but_code_is_accepted(moved):
    moved.edit("src/unjpeg/metrics/psnr.py", "\ndef ", "\nUNUSED = 1\n\n\ndef ")
    flip(moved.folder / "results/smoke/rates/photos.csv")
    code, text = verify(moved, "--accept")
    assert code == 1 and "false: " in text
    assert "made by other code" in verify(moved)[1]


def test_a_changed_image_is_the_first_thing(moved):
    image = next((moved.folder / "resources/datasets/small-leaves").rglob("*.png"))
    flip(image)
    code, text = verify(moved)
    assert code == 1
    assert text.startswith("false: resources/datasets/small-leaves/manifest.json") and image.name in text


def test_what_has_no_record_is_named(moved):
    (moved.folder / "results/smoke/tables/mine.csv").write_text("a\n1\n")
    record = moved.folder / "results/smoke/tables/.leaks.csv.record.json"
    record.write_text(record.read_text()[:100])
    code, text = verify(moved)
    assert code == 1
    assert "results/smoke/tables/mine.csv: no record" in text
    assert "results/smoke/tables/leaks.csv: no record" in text


def test_what_was_thrown_away_is_said_and_not_false(moved):
    shutil.rmtree(moved.folder / "results/smoke/patches/gray")
    code, text = verify(moved)
    assert code == 0
    assert "2 files are not here any more" in text


def test_an_unknown_study_is_one_line(moved):
    code, text = verify(moved, "smok")
    assert code == 2
    assert text == "unjpeg verify: results/: no study 'smok'; did you mean 'smoke'? Allowed: smoke\n"


def test_records_are_json_with_relative_paths(moved):
    for path in (moved.folder / "results").rglob(".*.record.json"):
        record = json.loads(path.read_text("utf-8"))
        assert not any(name.startswith("/") for name in (*record["inputs"], *record["outputs"])), path
