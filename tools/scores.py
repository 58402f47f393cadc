"""Put the scores of what ships, of the studies that test it, into its cards.

    python tools/scores.py --summary results/shipped/tables/summary.csv
    python tools/scores.py --detection results/detectors/tables/detection.csv

Of restorers the PSNR of the JPEG, of the network alone and, where the study has it, kept to the file; of
detectors the share of tiles that they are right about.
"""

import argparse
import json
from pathlib import Path

from ship import write_checksums

from unjpeg import zoo
from unjpeg.atomic import write_text
from unjpeg.card import read_card
from unjpeg.config.shipped import KEPT
from unjpeg.errors import UserError
from unjpeg.report.detection import read_accuracies
from unjpeg.report.scores import ordered
from unjpeg.report.summary import read_summary

SETS = {"classic5": 5, "kodak24": 24}  # whose scores stand in the cards, and how many images they have
PLACE = ["set", "degradation", "protocol", "metric"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--summary", type=Path, help="tables/summary.csv of config/shipped.yaml")
    parser.add_argument("--detection", type=Path, help="tables/detection.csv of config/detectors.yaml")
    args = parser.parse_args()
    if not (args.summary or args.detection):
        parser.error("a table is wanted, --summary or --detection")
    try:
        found = _restorers(_whole(read_summary(args.summary), "images")) if args.summary else {}
        found |= _detectors(_whole(read_accuracies(args.detection), "count")) if args.detection else {}
    except UserError as error:
        parser.error(str(error))
    for name, scores in found.items():
        print(f"{name}: {len(scores)} scores")
        path = zoo.FOLDER / name / zoo.FILES[1]
        text = json.dumps({**read_card(path.parent), "scores": scores}, indent=1, sort_keys=True)
        write_text(path, text + "\n")
    write_checksums()


def _whole(table, count: str):
    """The table, where it is of whole sets. Errors: `UserError`."""
    images = table[table["level"] == "image"] if "level" in table else table
    for name, degradation, found in zip(images["set"], images["degradation"], images[count]):
        if degradation != "all" and found != SETS.get(name):
            raise UserError(f"{found:g} images of set {name}; allowed: all of {', '.join(SETS)}")
    return table


def _restorers(summary) -> dict[str, list[dict[str, str]]]:
    """A score per place, by name of what ships."""
    psnr = ordered(summary[(summary["metric"] == "psnr") & summary["jpeg"].map(lambda x: x < float("inf"))])
    found: dict[str, list[dict[str, str]]] = {}
    for place, rows in psnr.groupby(PLACE, sort=False):
        for name in {*zoo.shipped()} & {*rows["model"]}:
            score = {**dict(zip(PLACE, place)), "jpeg": f"{rows['jpeg'].iloc[0]:.2f}", **_both(rows, name)}
            found.setdefault(name, []).append(score)
    return found


def _both(rows, name: str) -> dict[str, str]:
    """Means of the network alone, and kept to the file."""
    means = dict(zip(rows["model"], rows["mean"]))
    labels = {"restored": name, "kept to the file": name + KEPT}
    return {label: f"{means[model]:.2f}" for label, model in labels.items() if model in means}


def _detectors(accuracies) -> dict[str, list[dict[str, str]]]:
    """The same, over tiles; the last is the mean over classes of the means over degradations."""
    found: dict[str, list[dict[str, str]]] = {}
    ours = (accuracies["level"] == "tile") & accuracies["model"].isin(zoo.shipped())
    for row in accuracies[ours].itertuples():
        score = {"set": row.set, "degradation": row.degradation, "metric": "accuracy of tiles"}
        found.setdefault(row.model, []).append({**score, "right": f"{row.accuracy:.3f}"})
    return found


if __name__ == "__main__":
    main()
