"""Print one model's resolved run as JSON, for `unjpeg train` on a machine of its own."""

import argparse
import json
from pathlib import Path

from unjpeg.config.study import read_study
from unjpeg.errors import unknown


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", required=True, type=Path, help="such as config/tiny.yaml")
    parser.add_argument("--model", required=True, help="name under `models` of that file")


def run(args: argparse.Namespace) -> None:
    study = read_study(args.config)
    if args.model not in study.models:
        raise unknown("model", args.model, study.models, str(args.config))
    print(json.dumps(study.run_of(args.model), indent=1))
