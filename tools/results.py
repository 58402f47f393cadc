"""Score the models that ship, by `unjpeg evaluate`, and write docs/results.md.

    python tools/results.py --classic5 DIR --kodak DIR --imported DIR

Each row of the page stands under the command that repeats it. The scores of what ships go into its card too.
`--imported` is a folder of what `unjpeg import` made of AR-CNN's and DnCNN's files: arcnn-q10@authors ..
arcnn-q40@authors, dncnn3@authors.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from ship import write_checksums

from unjpeg import record, zoo
from unjpeg.atomic import write_text
from unjpeg.card import read_card

ROOT = Path(__file__).resolve().parents[1]
PAGE, PUBLISHED = ROOT / "docs" / "results.md", ROOT / "config" / "published.yaml"
GRAY = ["gray-q10", "gray-q20", "gray-q30", "gray-q40"]
COLOUR = ["q10", "q20", "q40", "q60", "q80", "q90", "q95"]
OTHER = ["none", "q40-444", "q80-444", "q50+s4x4+q30", "q20+q80"]
OURS = {"JPEG": "none", "photo": "photo", "photo+file": "photo --consistent"}  # a row: its --model
AUTHORS = {  # a row: the --model of each degradation
    "arcnn@authors": {name: f"arcnn-{name.removeprefix('gray-')}@authors" for name in GRAY},
    "dncnn3@authors": dict.fromkeys(GRAY, "dncnn3@authors"),
}
BESIDE = {"AR-CNN": "one network per quality", "DnCNN-3": "blind"}  # rows of config/published.yaml


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--classic5", type=Path, required=True, help="folder of the five gray images")
    parser.add_argument("--kodak", type=Path, required=True, help="folder of the 24 images")
    parser.add_argument("--imported", type=Path, required=True, help="folder of the authors' models")
    args = parser.parse_args()
    os.environ["UNJPEG_MODELS"] = str(args.imported)
    card = read_card(zoo.find("photo"))
    parts = [
        HEAD.format(
            **{
                **card,
                "minutes": round(card["seconds"] / 60),
                "date": record.today(),
                "after": "".join(f", after those of `{p['model']}`" for p in card["parents"].values()),
                "trained_on": " and ".join(card["trained_on"]),
            }
        )
    ]
    scores: list[dict] = []
    beside = AUTHORS, _published("classic5-gray")
    gray = _section("Classic5, luma", "Classic5", args.classic5, GRAY, *beside, scores)
    colour = _section("Kodak24, RGB, 4:2:0", "Kodak24", args.kodak, COLOUR, {}, {}, scores)
    other = _section("Kodak24, other compressions", "Kodak24", args.kodak, OTHER, {}, {}, scores)
    write_text(PAGE, "\n".join([*parts, gray, colour, other]))
    text = json.dumps({**card, "scores": scores}, indent=1, sort_keys=True)
    write_text(zoo.FOLDER / "photo" / "card.json", text + "\n")
    write_checksums()


HEAD = """# Results of the models that ship

`photo`: {title}.
{arch}, {parameters:,} parameters, {steps:,} steps in {minutes} minutes on one core of a CPU{after},
on {trained_on}. Measured on {date}.
`photo+file` is what `unjpeg restore` gives for a JPEG file: kept to its coefficients
([photos.md](photos.md)). `@authors` are networks with the weights that their authors gave out, imported
([systems.md](systems.md)); AR-CNN has one per quality.
Values: PSNR (dB), SSIM, PSNR-B (dB); in brackets the gain in PSNR.
"""


def _section(
    title: str,
    name: str,
    folder: Path,
    degradations: list[str],
    authors: dict,
    published: dict,
    scores: list[dict],
) -> str:
    """A table with its commands; the PSNR of what ships is added to `scores`, of its card."""
    commands, found = [], {}
    for label, models in ({k: dict.fromkeys(degradations, v) for k, v in OURS.items()} | authors).items():
        found[label] = {}
        for model in dict.fromkeys(models.values()):
            of_model = [degradation for degradation, other in models.items() if other == model]
            tail = ["--degradation", *of_model, "--model", *model.split(), "--out"]
            where, out = ("UNJPEG_MODELS=models ", model) if label in AUTHORS else ("", label)
            command = f"    {where}unjpeg evaluate {name}/ {' '.join(tail)}"
            commands.append(f"{command} {out.replace('+', '-').lower()}.csv")
            found[label] |= _means(folder, tail)
    rows = []
    for degradation in degradations:
        jpeg = found["JPEG"][degradation]
        if jpeg[0] != float("inf"):
            names = {"jpeg": "JPEG", "restored": "photo", "kept to the file": "photo+file"}
            values = {key: f"{found[label][degradation][0]:.2f}" for key, label in names.items()}
            protocol = "gray-matlab" if degradation.startswith("gray") else "color"
            where = {"set": name, "degradation": degradation, "protocol": protocol, "metric": "psnr"}
            scores.append({**where, **values})
        for label, values in found.items():
            same = label == "JPEG" or jpeg[0] == float("inf")
            gain = "" if same else f" ({values[degradation][0] - jpeg[0]:+.2f})"
            psnr, ssim, psnr_b = values[degradation]
            rows.append(f"| {degradation} | {label} | {psnr:.2f}{gain} | {ssim:.4f} | {psnr_b:.2f} |")
        for label, values in published.items():
            psnr, ssim, psnr_b = values[degradation]
            cells = f"{psnr:.2f} ({psnr - jpeg[0]:+.2f}) | {ssim:.4f} | {psnr_b:.2f}"
            rows.append(f"| {degradation} | {label}, published | {cells} |")
    table = "\n".join(["| compressed | | PSNR | SSIM | PSNR-B |", "|---|---|---:|---:|---:|", *rows])
    return f"## {title}\n\n" + "\n".join(commands) + f"\n\n{table}\n"


def _published(table: str) -> dict[str, dict[str, tuple[float, float, float]]]:
    """PSNR, SSIM, PSNR-B by row and degradation."""
    found = yaml.safe_load(PUBLISHED.read_text("utf-8"))["tables"][table]
    return {
        f"{name} ({about})": {
            degradation: tuple(map(float, cell.split("/")))
            for degradation, cell in zip(found["degradations"], found["rows"][name]["values"], strict=True)
        }
        for name, about in BESIDE.items()
    }


def _means(folder: Path, options: list[str]) -> dict[str, tuple[float, float, float]]:
    with tempfile.TemporaryDirectory() as home:
        out = Path(home) / "scores.csv"
        command = [sys.executable, "-m", "unjpeg", "evaluate", str(folder), *options, str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        values: dict[tuple[str, str], list[float]] = {}
        with open(out, newline="") as file:
            for row in csv.DictReader(file):
                values.setdefault((row["degradation"], row["metric"]), []).append(float(row["value"]))
    mean = {key: sum(v) / len(v) for key, v in values.items()}
    return {d: tuple(mean[d, m] for m in ("psnr", "ssim", "psnr_b")) for d, _ in mean}


if __name__ == "__main__":
    main()
