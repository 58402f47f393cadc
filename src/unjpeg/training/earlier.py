"""Why a run starts afresh: what it is made of, compared with what an earlier version of it was made of."""

import json
from collections.abc import Iterator
from pathlib import Path

from unjpeg.atomic import write_text

FILE = "made-of.json"
SHOWN = 4  # differences, at most


def note(folder: Path, made_of: dict) -> None:
    """Write down, once, what the run in `folder` is made of: JSON-able, the resolved run as `settings`."""
    if not (folder / FILE).is_file():
        write_text(folder / FILE, json.dumps(made_of, indent=1, sort_keys=True) + "\n")


def why_afresh(folder: Path, made_of: dict) -> str | None:
    """The youngest other version of this model with a state, and what differs; None where there is none."""
    versions = []
    for path in folder.parent.glob(f"*/{FILE}"):
        states = sorted(path.parent.glob("step-*.pt"))
        if path.parent != folder and states:
            before = json.loads(path.read_text("utf-8"))
            if before.get("settings", {}).get("model") == made_of["settings"]["model"]:
                versions.append((path.stat().st_mtime, states[-1], before))
    if not versions:
        return None
    _, state, before = max(versions)
    return f"starts afresh: {state} differs in {_differences(dict(_flat(before)), dict(_flat(made_of)))}"


def _differences(before: dict[str, object], now: dict[str, object]) -> str:
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    shown = [
        f"{key} ({before.get(key)}, now {now.get(key)})" if key.startswith("settings.") else key
        for key in keys[:SHOWN]
    ]
    return ", ".join(shown) + (f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else "")


def _flat(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """{"a": {"b": 1}} -> ("a.b", 1)."""
    if not isinstance(value, dict):
        yield key, value
        return
    for name, inner in value.items():
        yield from _flat(inner, f"{key}.{name}" if key else name)
