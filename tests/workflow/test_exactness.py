"""Edit something, and Snakemake plans exactly the work that the edit touched."""

import os
import shutil
import subprocess
from collections import Counter

import pytest

DEGRADATIONS = {"photos": ["q10", "gray-q10"], "photos-gray": ["gray-q10"]}
TABLES = Counter(["tables", "plots", "page", "all"])


def pairs(degradations=None):
    return [(s, d) for s, names in (degradations or DEGRADATIONS).items() for d in names]


GRAY = {"photos": ["gray-q10"], "photos-gray": ["gray-q10"]}  # what the imported model is tested on


def restored(*models, degradations=None, peers=()):
    """Restoring, scoring, measuring and showing these models and peers, and the tables."""
    jobs = Counter(TABLES)
    for model in (*models, *peers):
        kind = "_peer" if model in peers else ""
        jobs.update(f"restore{kind or '_set'} {model} {s} {d}" for s, d in pairs(degradations))
        jobs.update(f"score {model} {s} {d}" for s, d in pairs(degradations))
        jobs.update([f"cost{kind} {model}", f"cases {model}"])
    return jobs + Counter(f"crops {s} {d}" for s, d in pairs(degradations))


def test_nothing_changed_nothing_planned(checkout):
    assert checkout.planned() == Counter()
    assert "Nothing to be done" in checkout.snakemake("-n").stdout + checkout.snakemake("-n").stderr


def test_a_comment_a_docstring_and_a_touch_plan_nothing(checkout):
    checkout.edit(
        "src/unjpeg/models/conv_unit.py",
        "        super().__init__()",
        "        # why\n\n        super().__init__()",
    )
    checkout.edit("src/unjpeg/jpeg.py", '"""JPEG by Pillow alone', '"""Said otherwise: JPEG by Pillow alone')
    for path in checkout.folder.glob("src/**/*.py"):
        path.touch()
    assert checkout.planned() == Counter()


def test_a_commit_and_another_day_plan_nothing(checkout):
    git = ["git", "-C", str(checkout.folder), "-c", "user.name=t", "-c", "user.email=t@t"]
    try:
        for command in (["init", "-q"], ["add", "src"], ["commit", "-q", "-m", "x"]):
            subprocess.run([*git, *command], check=True)
        assert checkout.planned() == Counter()
    finally:
        shutil.rmtree(checkout.folder / ".git")
    checkout.edit("src/unjpeg/record.py", ".date().isoformat()", ".date().isoformat() + 'x'")
    assert checkout.planned() == Counter()


def test_one_models_code_plans_that_model(checkout):
    checkout.edit("src/unjpeg/models/car_cnn.py", "cin * cout", "cin + cout")
    assert checkout.planned() == restored("car") + Counter(["train_car"])


def test_one_models_learning_rate_plans_its_training_and_what_follows(checkout):
    checkout.study(lambda s: s["models"]["car"]["train"].update(lr=2e-3))
    assert checkout.planned() == restored("car") + Counter(["train_car"])


def test_a_change_upstream_of_start_from_plans_both(checkout):
    # A mapping of its own: unit-again shares unit's.
    checkout.study(lambda s: s["models"]["unit"].update(train=s["models"]["unit"]["train"] | {"lr": 2e-3}))
    assert checkout.planned() == restored("unit", "unit-tuned") + Counter(["train_unit", "train_unit-tuned"])


def test_a_loss_plans_the_models_that_use_it(checkout):
    checkout.edit("src/unjpeg/losses/charbonnier.py", "1e-6", "1e-8")
    assert checkout.planned() == restored("unit-tuned") + Counter(["train_unit-tuned"])


def test_a_new_quality_plans_its_own_work_and_the_tables(checkout):
    checkout.study(lambda s: s["test"]["degradations"].append("q15"))
    new = {"photos": ["q15"]}
    jobs = restored("car", "unit", "unit-tuned", degradations=new, peers=["identity"])
    jobs -= Counter(["crops photos q15", "cost car", "cost unit", "cost unit-tuned", "cost_peer identity"])
    more = ["compress photos q15", "score none photos q15", "rates photos"]
    assert checkout.planned() == jobs + Counter(more)


def test_a_new_model_plans_its_own_work_and_the_tables(checkout):
    (checkout.folder / "src/unjpeg/models/mine.py").write_text(
        (checkout.folder / "src/unjpeg/models/ar_cnn.py").read_text("utf-8"), "utf-8"
    )
    run = {"arch": "mine", "data": "gray", "train": {"steps": 2}}
    checkout.study(lambda s: s["models"].update(mine=run))
    assert checkout.planned() == restored("mine") + Counter(["train_mine"])


def test_a_metric_plans_scores_and_no_training(checkout):
    checkout.edit("src/unjpeg/metrics/ssim.py", "0.03", "0.04")
    models = ("car", "unit", "unit-tuned", "identity")
    scores = Counter(f"score {m} {s} {d}" for m in ("none", *models) for s, d in pairs())
    scores["score unit-again photos q10"] += 1
    scores.update(f"score arcnn-q10@authors {s} gray-q10" for s in GRAY)
    shown = [
        *(f"crops {s} {d}" for s, d in pairs()),
        *(f"cases {m}" for m in (*models, "unit-again", "arcnn-q10@authors")),
    ]
    assert checkout.planned() == TABLES + scores + Counter(shown)


def test_a_detectors_code_plans_that_detector(checkout):
    answered = Counter(["train_once", "detect once photos q10", "detections"]) + TABLES
    checkout.edit("src/unjpeg/models/histogram_net.py", "dropout: float = 0.2", "dropout: float = 0.3")
    assert checkout.planned() == answered
    checkout.edit("src/unjpeg/dct.py", "STEEPNESS = 1e6", "STEEPNESS = 1e7")
    assert checkout.planned() == answered + Counter(["featurise tiles"])


def test_another_file_plans_its_import_and_no_training(checkout):
    file = checkout.folder / "arcnn-q10.mat"
    kept = file.read_bytes()
    checkout.draw_weights(seed=1)
    planned = checkout.planned()
    file.write_bytes(kept)
    more = ["parameters arcnn-q10", "import arcnn-q10@authors"]
    assert planned == restored("arcnn-q10@authors", degradations=GRAY) + Counter(more)


def test_a_reader_of_authors_files_plans_the_imports(checkout):
    checkout.edit("src/unjpeg/authors/ar_cnn.py", "widths.append(cout)", "widths += [cout]")
    planned = restored("arcnn-q10@authors", degradations=GRAY) + Counter(["import arcnn-q10@authors"])
    assert checkout.planned() == planned


def test_a_new_imported_model_plans_its_own_work_and_the_tables(checkout):
    checkout.study(lambda s: s["test"]["imported"].update({"dncnn3@authors": ["gray-q10"]}))
    more = ["parameters dncnn3", "import dncnn3@authors"]
    assert checkout.planned() == restored("dncnn3@authors", degradations=GRAY) + Counter(more)


def test_a_shipped_model_plans_its_own_work_and_the_tables(checkout):
    checkout.study(lambda s: s["test"].update({"shipped": {"photo": ["gray-q10"]}}))
    planned = restored("photo", degradations=GRAY) + Counter(["import photo"])
    assert checkout.planned() == planned


def test_one_peers_code_plans_that_peer(checkout):
    checkout.edit("src/unjpeg/peers/identity.py", "read_uint8(data)", "read_uint8(data)[:]")
    checkout.edit("src/unjpeg/peers/smooth.py", "DROPPED = 0.5", "DROPPED = 0.6")
    assert checkout.planned() == restored(peers=["identity"])


def test_a_new_peer_plans_its_own_work_and_the_tables(checkout):
    checkout.study(lambda s: s["test"]["peers"].append("smooth"))
    assert checkout.planned() == restored(peers=["smooth"])


def test_how_cost_is_measured_plans_it_and_the_tables(checkout):
    checkout.edit("src/unjpeg/cost/count.py", "/ 2 /", "/ 3 /")
    models = ("car", "unit", "unit-again", "unit-tuned", "arcnn-q10@authors")
    assert checkout.planned() == TABLES + Counter(f"cost {model}" for model in models)


def test_the_page_alone(checkout):
    checkout.edit("src/unjpeg/steps/page.py", "def run(", "CHANGED = 1\n\n\ndef run(")
    assert checkout.planned() == Counter(["page", "all"])


@pytest.mark.parametrize("template", ["scores.html", "viewer.js", "page.css"])
def test_any_template_plans_the_page_alone(checkout, template):
    file = checkout.folder / "src/unjpeg/report" / template
    kept = file.read_text("utf-8")
    file.write_text(kept + "\n", "utf-8")
    planned = checkout.planned()
    file.write_text(kept, "utf-8")
    assert planned == Counter(["page", "all"])


def test_published_values_plan_the_tables(checkout):
    checkout.edit("config/published.yaml", "tables:\n", "# a remark\ntables:\n")
    assert checkout.planned() == Counter()
    checkout.edit("config/published.yaml", "27.82/.7595/25.21", "27.83/.7595/25.21")
    assert checkout.planned() == TABLES


def test_published_values_of_ones_own(checkout):
    (checkout.folder / "mine.yaml").write_text("sources: {}\n")
    checkout.study(lambda s: s.update(published=["mine.yaml"]))
    assert checkout.planned() == TABLES
    (checkout.folder / "mine.yaml").write_text("sources: []\n")
    done = checkout.snakemake("-n")
    assert done.returncode != 0
    assert "mine.yaml: sources:" in done.stdout + done.stderr


def test_a_word_about_a_data_set_plans_nothing(checkout):
    checkout.study(
        lambda s: s["datasets"]["small-leaves"].update(note="drawn", homepage="https://example.org")
    )
    assert checkout.planned() == Counter()
    checkout.study(lambda s: s["datasets"]["small-leaves"].update(citation="Nobody, 2026"))  # of the manifest
    assert checkout.planned()["fetch small-leaves"] == 1


def test_a_peer_of_never_compressed_images_alone_has_no_cases(checkout):
    checkout.study(lambda s: s["test"]["degradations"].append("none"))
    checkout.study(lambda s: s["test"].update(peers={"identity": ["q10", "gray-q10"], "smooth": ["none"]}))
    planned = checkout.planned()
    assert planned["score smooth photos none"] == planned["cost_peer smooth"] == 1
    assert planned["cases smooth"] == 0


def test_a_data_entry_plans_the_models_trained_on_it(checkout):
    checkout.study(lambda s: s["data"]["gray"].update(stride=16))
    assert checkout.planned() == restored("car") + Counter(["patches gray", "train_car"])


def test_a_changed_result_is_noticed(checkout):
    path = checkout.folder / "results/smoke/splits/photos.csv"
    before, stat = path.read_text(), path.stat()
    path.touch()
    assert checkout.planned() == Counter()
    path.write_text(before.replace("test", "train", 1))
    planned = checkout.planned()
    path.write_text(before)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert {"compress photos q10", "compress photos gray-q10", "page"} <= set(planned)
    assert not {"train_car", "compress photos-gray gray-q10"} & set(planned)
