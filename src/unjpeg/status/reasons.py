"""Why Snakemake would run a job, in a few words, from the reason that its dry run prints."""

import ast
import json
import re

PHRASES = {
    "Missing output files": "output missing",
    "Incomplete output files": "output incomplete or changed by hand",
    "Updated input files": "input changed",
    "Input files updated by another job": "input made anew",
    "Set of input files has changed since last execution": "set of inputs changed",
    "Code has changed since last execution": "rule changed",
    "Params have changed since last execution": "params changed",
    "Software environment definition has changed since last execution": "environment changed",
}
CAUSE = re.compile("(?:^|; )(" + "|".join(map(re.escape, PHRASES)) + ")(?:: |(?=; |$))")
PARAMS = re.compile(r".*? before: (.*) now: (.*)", re.DOTALL)
DIGEST = re.compile("[0-9a-f]{12}")
# Rules with a digest besides the code's.
DIGESTS = {"tables": "code or published values", "page": "code or template"}


def causes(text: str, rule: str = "") -> list[str]:
    """["params changed (train.lr: 0.001 -> 0.002)"] and the like; the text itself where it is not known."""
    parts = CAUSE.split(text)  # ["", cause, its details, cause, its details, ...]
    if parts[0] or len(parts) < 3:
        return [text[:100]]
    found = []
    for cause, details in zip(parts[1::2], parts[2::2]):
        shown = ""
        if cause.startswith("Params"):
            shown = _params(details, rule)
        elif "nput files" in cause and details:
            shown = ", ".join(sorted({stage_of(path) for path in details.split(", ")}))
        found.append(PHRASES[cause] + (f" ({shown})" if shown else ""))
    if "output missing" in found:  # what never was has no old input
        found = [cause for cause in found if not cause.startswith("input made anew")]
    return found


def stage_of(path: str) -> str:
    """`models` of results/<study>/models/x, `report` of its report.html, `resources` of what all share."""
    parts = path.split("/")
    return "resources" if parts[0] == "resources" else parts[2].split(".")[0] if len(parts) > 2 else path


def _params(text: str, rule: str) -> str:
    """What differs between the parameters before and now; "" where the text cannot be read."""
    try:
        before, now = (_values(side) for side in PARAMS.fullmatch(text.strip()).groups())
    except (AttributeError, ValueError, SyntaxError):
        return ""
    shown = []
    if any(isinstance(v, str) and DIGEST.fullmatch(v) for v in now):
        shown.append(DIGESTS.get(rule, "code"))
    old, new = ({k: v for value in side for k, v in _flat(value).items()} for side in (before, now))
    absent = object()
    for key in [*new, *(k for k in old if k not in new)]:
        a, b = old.get(key, absent), new.get(key, absent)
        if a != b:
            sides = ("nothing" if side is absent else json.dumps(side) for side in (a, b))
            shown.append(f"{key}: {' -> '.join(sides)}")
    if len(shown) > 3:
        shown = [*shown[:3], f"{len(shown) - 3} more"]
    return ", ".join(shown)


def _values(text: str) -> list:
    return [] if text == "<nothing exclusive>" else ast.literal_eval(f"[{text}]")


def _flat(value: object, prefix: str = "") -> dict[str, object]:
    """{"train.lr": 0.001} of a mapping, or of JSON of one; {} of anything else."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if not isinstance(value, dict):
        return {}
    found = {}
    for key, item in value.items():
        inner = _flat(item, f"{prefix}{key}.") if isinstance(item, dict) else {}
        found |= inner or {f"{prefix}{key}": item}
    return found
