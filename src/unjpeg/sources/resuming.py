"""Whether a `.part` file may be continued: what the server said of it stands beside it."""

import json
from pathlib import Path

from unjpeg.config.entries import Remote


def resumable(url: str, part: Path, remote: Remote, headers: dict[str, str]) -> int:
    """Length of a part that may be continued; sets the headers for it.

    Without a known digest only the same file of the same address is continued, which the server
    confirms by its own mark; else a mixture of two files could pass.
    """
    have = part.stat().st_size if part.exists() else 0
    try:
        noted = json.loads(part.with_suffix(".json").read_text())
    except (OSError, ValueError):
        noted = {}
    mark = noted.get("mark") if noted.get("url") == url else None
    if not have or not (remote.sha256 or mark):
        return 0
    headers["Range"] = f"bytes={have}-"
    if mark:
        headers["If-Range"] = mark
    return have


def note(part: Path, url: str, headers) -> None:
    tag = headers.get("ETag", "")
    mark = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")
    part.with_suffix(".json").write_text(json.dumps({"url": url, "mark": mark}))


def starts(headers) -> int:
    """First byte of the range that the server sent, -1 where it does not say."""
    digits = headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(digits) if digits.isdigit() else -1
