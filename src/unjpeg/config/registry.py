"""Reading the lists of data sets and of metrics' parameter files, and what a study changes in them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from unjpeg.config.entries import Archive, Dataset, ImageFile, Metric, Parameter, Remote, Split
from unjpeg.config.load import Section, check, read_yaml
from unjpeg.errors import UserError, unknown

__all__ = [
    "Archive",
    "Dataset",
    "ImageFile",
    "Metric",
    "Parameter",
    "Remote",
    "Split",
    "from_json",
    "merged",
    "merged_metrics",
    "metrics",
    "registry",
    "to_json",
]


def registry(path: Path | str) -> dict[str, Dataset]:
    """The data sets of a `datasets.yaml`, by name."""
    return _entries(Dataset, read_yaml(path), str(path))


def metrics(path: Path | str) -> dict[str, Metric]:
    """The parameter files of a `metrics.yaml`, by the metric's name."""
    return _entries(Metric, read_yaml(path), str(path))


def merged(
    known: Mapping[str, Dataset], additions: Mapping[str, dict], where: str = "datasets"
) -> dict[str, Dataset]:
    """`known` with a study's own data sets; of a known one a study may set nothing but `path`."""
    result = dict(known)
    for name, entry in additions.items():
        if name not in known:
            result.update(_entries(Dataset, {name: entry}, where))
            continue
        if not isinstance(entry, dict) or set(entry) - {"path"}:
            others = sorted(set(entry) - {"path"}) if isinstance(entry, dict) else [repr(entry)]
            raise UserError(
                f"{where}: {name}: {others[0]}: of a data set of the registry a study may set only path;"
                f" give a changed set a name of its own"
            )
        result[name] = from_json(Dataset, to_json(known[name]), f"{where}: {name}", entry)
    return result


def merged_metrics(
    known: Mapping[str, Metric], copies: Mapping[str, str | dict], where: str = "metric_files"
) -> dict[str, Metric]:
    """`known` with the user's copies: file name -> path, or -> {path, sha256}.

    A sha256 given here replaces the registry's: whoever brings other bytes under a name says so.
    """
    of_file = {p.file: name for name, metric in known.items() for p in metric.files}
    result = dict(known)
    for file, copy in copies.items():
        if file not in of_file:
            raise unknown("parameter file", file, of_file, where)
        changes = {"path": copy} if isinstance(copy, str) else dict(copy)
        if unwanted := sorted(set(changes) - {"path", "sha256"}):
            raise unknown("key", unwanted[0], ["path", "sha256"], f"{where}: {file}")
        if "sha256" in changes:
            changes |= {"sha256_prefix": None, "md5": None}
        data = json.loads(to_json(result[of_file[file]]))
        data["files"] = [{**p, **changes} if p["file"] == file else p for p in data["files"]]
        result[of_file[file]] = check(Metric, data, f"{where}: {file}")
    return result


def to_json(entry: Section) -> str:
    """An entry as one line of JSON: sorted, without what is left at its default."""
    return json.dumps(entry.model_dump(mode="json", exclude_defaults=True), sort_keys=True)


def from_json(kind: type[Section], text: str, where: str, changes: Mapping | None = None) -> Section:
    """The entry that `to_json` wrote; `text` may be `@file`."""
    try:
        data = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except OSError as error:
        raise UserError(f"{where}: {text}: {error.strerror}") from None
    except ValueError as error:
        raise UserError(f"{where}: not JSON: {error}") from None
    if not isinstance(data, dict):
        raise UserError(f"{where}: want a JSON object, got {type(data).__name__}")
    return check(kind, {**data, **(changes or {})}, where)


def _entries(kind: type[Section], data: Mapping[str, dict], where: str) -> dict:
    for name, entry in data.items():
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", str(name)):
            raise UserError(f"{where}: name {name!r}: want small letters, digits and single hyphens")
        if not isinstance(entry, dict):
            raise UserError(f"{where}: {name}: want a mapping of keys to values, got {entry!r}")
    return {name: check(kind, entry, f"{where}: {name}") for name, entry in data.items()}
