"""The smoke study: every rule for real, and what its jobs imported."""

import csv
import json
import re
import shutil

import pytest

from unjpeg.cli import main
from unjpeg.config.study import read_study
from unjpeg.provenance import modules_of


@pytest.fixture(scope="module")
def results(finished):
    return finished.folder / "results" / "smoke"


def test_every_score_is_in_the_table(results):
    table = rows(results / "tables" / "scores.csv")
    assert list(table[0]) == ["study", "model", "set", "image", "degradation", "protocol", "metric", "value"]
    seen = {(r["model"], r["set"], r["degradation"], r["metric"]) for r in table}
    pairs = [("photos", "q10"), ("photos", "gray-q10"), ("photos-gray", "gray-q10")]
    models = ["none", "car", "unit", "unit-tuned", "identity"]
    wanted = {(m, s, d, k) for m in models for s, d in pairs for k in ("psnr", "ssim")}
    wanted |= {("unit-again", "photos", "q10", k) for k in ("psnr", "ssim")}
    gray = [(s, "gray-q10", k) for s in ("photos", "photos-gray") for k in ("psnr", "ssim")]
    assert seen == wanted | {("arcnn-q10@authors", *place) for place in gray}
    protocols = {r["protocol"] for r in table if r["degradation"] == "q10"}
    assert protocols == {"color-420", "y-of-color-420"}
    assert len(table) == len(models) * 2 * (5 + 5 + 5 + 6) + 2 * (5 + 5) + 2 * (5 + 6)


def test_the_identity_scores_as_the_jpeg(results):
    table = rows(results / "tables" / "scores.csv")
    none, same = ({key(r): r["value"] for r in table if r["model"] == m} for m in ("none", "identity"))
    assert none == same


def test_costs_are_of_these_networks(results):
    cost = {row["model"]: row for row in rows(results / "tables" / "cost.csv")}
    assert set(cost) == {"car", "unit", "unit-again", "unit-tuned", "identity", "arcnn-q10@authors"}
    # 9x9 to 8, 7x7 to 8, 1x1 to 4, 5x5 to 1
    assert float(cost["car"]["multiply_adds"]) == 81 * 8 + 49 * 64 + 32 + 100
    assert cost["unit"]["multiply_adds"] == cost["unit-tuned"]["multiply_adds"]
    assert cost["identity"]["multiply_adds"] == cost["identity"]["parameters"] == "nan"
    assert float(cost["identity"]["gain photos/q10"]) == 0
    assert all(float(row["milliseconds"]) > 0 and int(row["threads"]) == 1 for row in cost.values())


def test_two_seeds_are_a_group(results):
    psnr = {"metric": "psnr", "protocol": "color-420"}.items()
    (row,) = [r for r in rows(results / "tables" / "seeds.csv") if psnr <= r.items()]
    assert (row["group"], row["models"], row["seeds"]) == ("unit", "unit unit-again", "2")
    summary = rows(results / "tables" / "summary.csv")
    found = [r for r in summary if psnr <= r.items() and (r["set"], r["degradation"]) == ("photos", "q10")]
    means = [float(r["mean"]) for r in found if r["model"].startswith("unit") and r["model"] != "unit-tuned"]
    assert float(row["mean"]) == pytest.approx(sum(means) / 2)
    assert float(row["std"]) == pytest.approx(abs(means[0] - means[1]) / 2**0.5)
    assert float(row["std"]) > 0
    assert '<section id="seeds"' in (results / "report.html").read_text("utf-8")


def test_the_rates_are_those_of_the_files(results):
    from unjpeg.store.encoded import Encoded

    with Encoded(results / "degraded/photos/q10.h5") as images:
        sizes = {name: len(images.bytes(name)) for name in images.names}
    table = rows(results / "rates" / "photos.csv")
    assert {r["image"]: int(r["bytes"]) for r in table if r["degradation"] == "q10"} == sizes


def test_patches_do_not_depend_on_the_number_of_threads(results, finished, tmp_path):
    import h5py

    study = read_study(finished.config)
    made = [name for name in study.data if (results / "patches" / name).is_dir()]
    assert made
    for name in made:
        data = study.data[name]
        datasets = sorted({*data.train, *data.val})
        told = json.dumps({**data.model_dump(mode="json"), "channels": data.channels})
        command = ["patches", "--data", told, "--seed", str(study.seed)]
        command += [
            "--manifests",
            *(f"{finished.folder}/resources/datasets/{d}/manifest.json" for d in datasets),
        ]
        command += ["--splits", *(f"{results}/splits/{d}.csv" for d in datasets)]
        assert main([*command, "--threads", "5", "--output", str(tmp_path / name)]) == 0
        for part in ("train.h5", "val.h5"):
            with (
                h5py.File(tmp_path / name / part) as ours,
                h5py.File(results / "patches" / name / part) as kept,
            ):
                assert ours.attrs["digest"] == kept.attrs["digest"]


def test_evaluate_gives_the_numbers_of_the_study(results, finished, tmp_path):
    images = finished.folder / "resources/datasets/photos/images"
    args = ["evaluate", str(images), "--degradation", "q10", "gray-q10", "--metrics", "psnr", "ssim"]
    for model in ("none", "unit", "identity"):
        where = str(results / "models" / model) if model == "unit" else model
        option = "--peer" if model == "identity" else "--model"
        assert main([*args, option, where, "--out", str(tmp_path / model)]) == 0
        ours = {key(r): float(r["value"]) for r in rows(tmp_path / model)}
        table = [r for r in rows(results / "tables" / "scores.csv") if r["set"] == "photos"]
        table = [r for r in table if r["protocol"] != "y-of-color-420"]
        theirs = {key(r): float(r["value"]) for r in table if r["model"] == model}
        # The number of threads orders torch's sums: a few samples of a restored image round the other way.
        assert ours == pytest.approx(theirs, abs=1e-4 if model == "unit" else 0)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def key(row):
    return tuple(row[k] for k in ("image", "degradation", "protocol", "metric"))


def test_every_score_file_has_its_record(results):
    for path in sorted(results.glob("scores/*/*/*.csv")):
        record = json.loads(path.with_suffix(".json").read_text())
        assert record["model"] == path.parts[-3]
        assert record["encoded"]["libjpeg"].startswith("libjpeg")
        assert record["scored"]["versions"].keys() >= {"Python", "numpy", "scipy", "Pillow"}
        assert record["scored"]["commit"] is None  # a copy of the checkout, outside git
        assert (record["restored"] is None) == (record["model"] == "none")
        if record["restored"]:
            assert record["restored"]["device"].startswith("CPU ")
            assert ("torch" in record["restored"]["versions"]) == (record["model"] != "identity")
    foot = (results / "tables/foot.txt").read_text("utf-8")
    assert "is not recorded" not in foot
    assert re.search(
        r"^Trained with .*torch 2.* on cpu, .*, outside git, seed 0: .*unit-tuned\.$", foot, re.MULTILINE
    )
    assert (results / "report.html").read_text("utf-8").count("Scored with") == 1


def test_everything_stands_where_the_map_says(results, root):
    """Every file of the study matches a line of results/README.md."""
    text = (root / "results" / "README.md").read_text("utf-8")
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    patterns = [p for cell in cells for p in re.findall(r"`([^`]+)`", cell)]
    known = [
        re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(p)) + (".*" if p.endswith("/") else ""))
        for p in patterns
    ]
    for path in results.rglob("*"):
        # Snakemake's own, in a folder it watches; and the records, which are beside everything
        if path.is_file() and path.name != ".snakemake_timestamp" and not path.name.endswith(".record.json"):
            name = path.relative_to(results).as_posix()
            assert any(k.fullmatch(name) for k in known), name


def test_no_rule_but_the_sources_opens_a_connection(finished):
    """Only these verbs import what can."""
    for verb, modules, _ in notes(finished):
        if verb not in ("fetch", "parameters"):
            assert not [m for m in modules if m.startswith("unjpeg.sources.")], verb


def notes(finished):
    for path in sorted((finished.folder / "notes").glob("*.txt")):
        argv, modules, heavy = path.read_text().split("\n")
        if argv.split()[0].endswith("unjpeg/__main__.py"):
            yield argv.split()[1], modules.split(), heavy


def test_every_step_imports_only_what_its_digest_covers(finished):
    """`sys.modules` of each job against the modules named in its rule, and all that they import."""
    text = "".join(p.read_text("utf-8") for p in sorted((finished.folder / "workflow/rules").glob("*.smk")))
    names = {
        "arch": ["car_cnn", "conv_unit", "histogram_net", "ar_cnn"],
        "source": ["deadleaves", "photographs"],
        "peer": ["identity"],
    }
    covered = {
        "train": [
            "unjpeg.steps.train",
            *(f"unjpeg.models.{a}" for a in names["arch"]),
            *("unjpeg.recipes.regression", "unjpeg.recipes.detector"),
            *(f"unjpeg.losses.{n}" for n in ("l1", "l2", "charbonnier")),
        ]
    }
    for rule, body in re.findall(r"(?:rule|checkpoint) (\w+):(.*?)shell:", text, re.DOTALL):
        if call := re.search(r"code=code\((.*?)\),\n", body, re.DOTALL):
            modules = re.findall(r'"(unjpeg[\w.{}]*)"', call[1])
            modules = [m.replace(f"{{{k}}}", v) for m in modules for k in names for v in names[k]]
            if "METRIC" in call[1] or "metrics" in call[1]:
                modules += ["unjpeg.metrics.psnr", "unjpeg.metrics.ssim"]
            covered[rule.replace("_", "-")] = sorted({m for m in modules if "{" not in m})
    seen = set()
    for verb, modules, _ in notes(finished):
        seen.add(verb)
        extra = set(modules) - modules_of(*covered[verb]) - modules_of("unjpeg.__main__")
        assert not extra, f"{verb} imports {extra}, which its rule's digest does not cover"
    assert seen == {
        "fetch",
        "parameters",
        "import",
        "split",
        "compress",
        "leaks",
        "rates",
        "patches",
        "featurise",
        "train",
        "detect",
        "detections",
        "restore-set",
        "restore-peer",
        "cost",
        "cost-peer",
        "score",
        "tables",
        "plots",
        "crops",
        "cases",
        "page",
    }


def test_steps_without_networks_import_no_torch(finished):
    for verb, _, heavy in notes(finished):
        assert bool(heavy) == (verb in ("train", "detect", "restore-set", "cost")), verb


def test_cards_say_what_was_trained(results):
    card = json.loads((results / "models/unit-tuned/card.json").read_text())
    assert card["degradations"] == ["none", "q10", "q50+s3x5+q10"]
    assert card["code"]


def test_validation_is_finite_though_some_patches_were_never_compressed(results):
    history = rows(results / "models/unit/history.csv")
    assert all(0 < float(row["val_psnr"]) < 60 for row in history)


def test_the_page_in_a_browser(results, browser):
    """Every model has its cases, a divider moves what is shown, and nothing is asked of a network."""
    script = """
      const figures = [...document.querySelectorAll("figure[data-layout]")];
      return figures.map((figure) => {
        const [canvas, range, divider] = figure.querySelector(".pane").children;
        const drawn = () => canvas.toDataURL(), place = () => divider.getBoundingClientRect().left;
        const before = [drawn(), place()];
        range.value = 5;
        range.dispatchEvent(new Event("input"));
        const about = [figure.dataset.about, figure.querySelectorAll(".stage").length];
        return [...about, before[0] !== drawn(), before[1] - place(), canvas.width];
      });
    """
    seen = browser((results / "report.html").read_text("utf-8"), script)
    assert (seen.console, seen.requests) == ([], [])
    shown = ("car", "identity", "unit", "unit-again", "unit-tuned")
    cases = [(about, stages) for about, stages, *_ in seen.result if len(about.split()) == 1]
    assert cases == [(name, 4) for name in ("arcnn-q10@authors", *shown)]
    assert len(seen.result) == 3 + 6
    for about, _, changed, moved, width in seen.result:
        assert changed == (about != "identity")  # which shows the JPEG on both sides
        assert moved == width / 2 - 5


def test_snakemakes_own_report(finished):
    done = finished.snakemake("--report", "report.zip")
    assert done.returncode == 0, done.stderr
    assert (finished.folder / "report.zip").stat().st_size > 10_000


def test_a_deleted_result_is_made_again_alike(finished, results):
    path = results / "restored/unit/photos/q10.h5"
    kept = path.read_bytes()
    path.unlink()
    assert finished.snakemake(str(path.relative_to(finished.folder))).returncode == 0
    assert path.read_bytes() == kept


def test_another_folder_and_another_entry_point(finished, tmp_path):
    """`--directory`, and workflow/Snakefile as the catalog has it."""
    shutil.copytree(finished.folder / "config", tmp_path / "config")
    for snakefile in ("Snakefile", "workflow/Snakefile"):
        done = finished.snakemake("-n", "--directory", str(tmp_path), "--snakefile", snakefile)
        assert done.returncode == 0, done.stderr
        assert "train_unit-tuned" in done.stdout + done.stderr
