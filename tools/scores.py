"""Put the scores of what ships, of a study's summary, into its cards.

    python tools/scores.py results/shipped/tables/summary.csv

PSNR of the JPEG, of the network alone and, where the study has it, kept to the file.
"""

import argparse
import json
from pathlib import Path

from ship import write_checksums

from unjpeg import zoo
from unjpeg.atomic import write_text
from unjpeg.card import read_card
from unjpeg.config.shipped import KEPT
from unjpeg.report.scores import ordered
from unjpeg.report.summary import read_summary

PLACE = ["set", "degradation", "protocol", "metric"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("summary", type=Path, help="tables/summary.csv of config/shipped.yaml")
    summary = read_summary(parser.parse_args().summary)
    psnr = ordered(summary[(summary["metric"] == "psnr") & summary["jpeg"].map(lambda x: x < float("inf"))])
    for name in zoo.shipped():
        scores = [
            {**dict(zip(PLACE, place)), "jpeg": f"{rows['jpeg'].iloc[0]:.2f}", **_both(rows, name)}
            for place, rows in psnr.groupby(PLACE, sort=False)
            if name in set(rows["model"])
        ]
        if scores:
            path = zoo.FOLDER / name / zoo.FILES[1]
            text = json.dumps({**read_card(path.parent), "scores": scores}, indent=1, sort_keys=True)
            write_text(path, text + "\n")
    write_checksums()


def _both(rows, name: str) -> dict[str, str]:
    """Means of the network alone, and kept to the file."""
    means = dict(zip(rows["model"], rows["mean"]))
    labels = {"restored": name, "kept to the file": name + KEPT}
    return {label: f"{means[model]:.2f}" for label, model in labels.items() if model in means}


if __name__ == "__main__":
    main()
