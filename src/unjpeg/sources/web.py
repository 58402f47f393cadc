"""Fetching one file from its mirrors: resumed, checked, and never under its final name before that.

pooch and torch.hub do not resume, and a 4 GB archive over a bad line needs it; so this is urllib and a
`.part` file beside the final name. Mirrors are tried in order; each failure has a reason, and the last
error lists them all.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from unjpeg.config.entries import Remote
from unjpeg.errors import UserError
from unjpeg.provenance import sha256_of
from unjpeg.sources.ledger import NAME, Ledger
from unjpeg.sources.progress import Progress
from unjpeg.sources.resuming import note, resumable, starts

AGENT = "unjpeg (research; fetches one file at a time)"
PASSING = (408, 425, 429, 500, 502, 503, 504)
CHUNK = 1 << 18
ENOUGH = 1 << 20  # bytes of progress after which an interruption counts as the first one again


class MirrorError(Exception):
    """This mirror will not give the file: the next one."""


class PassingError(Exception):
    """It may go on later."""


def fetch(
    remote: Remote,
    urls: tuple[str, ...],
    ledger: Ledger,
    retries: int,
    timeout: float,
    pause: float = 1.0,
    accept: Callable[[Path], None] = lambda path: None,
) -> Path:
    """Path of the file in the ledger's folder; no request where it is there with the right digest.

    retries: further attempts per mirror; timeout: seconds without a byte; pause: seconds before the
    second attempt, doubled each time; accept: raises `UserError` for bytes that are no such file, asked
    where the registry knows no digest, before that of the first download becomes binding. Errors:
    `UserError` with the reason of every mirror.
    """
    path = ledger.folder / remote.file
    if path.is_file():
        found = sha256_of(path)
        if not (why := _wrong(remote, ledger, found, path)):
            return _entered(ledger, remote.file, found, path)
        print(f"{path}: {why}; fetched again", file=sys.stderr)
    ledger.folder.mkdir(parents=True, exist_ok=True)
    reasons = []
    for url in urls:
        try:
            part, found = _from(url, remote, ledger, retries, timeout, pause)
            if not remote.sha256:
                _accepted(part, accept)
        except MirrorError as reason:
            reasons.append(f"{url}: {reason}")
            continue
        _entered(ledger, remote.file, found, path)
        os.replace(part, path)
        part.with_suffix(".json").unlink(missing_ok=True)
        return path
    raise UserError(f"{path}: no mirror gave the file: {'; '.join(reasons)}")


def _accepted(part: Path, accept: Callable[[Path], None]) -> None:
    try:
        accept(part)
    except UserError as error:
        part.unlink()
        raise MirrorError(str(error)) from None


def _from(
    url: str, remote: Remote, ledger: Ledger, retries: int, timeout: float, pause: float
) -> tuple[Path, str]:
    part, failures = ledger.folder / f"{remote.file}.part", 0
    if remote.sha256 and part.exists() and sha256_of(part) == remote.sha256:
        return part, remote.sha256  # killed between the last byte and the renaming
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            resumed = _receive(url, part, remote, timeout)
        except PassingError as reason:
            gained = (part.stat().st_size if part.exists() else 0) - before
            failures = 1 if gained >= ENOUGH else failures + 1
            if failures > retries:
                raise MirrorError(f"{reason} (attempt {failures})") from None
            time.sleep(min(pause * 2 ** (failures - 1), 60))
            continue
        found = sha256_of(part)
        if not (why := _wrong(remote, ledger, found, part)):
            return part, found
        part.unlink()
        if not resumed:
            raise MirrorError(why)


def _receive(url: str, part: Path, remote: Remote, timeout: float) -> bool:
    """Bring `part` to its full length; whether it was begun by an earlier attempt."""
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    have = resumable(url, part, remote, headers)
    try:
        with urlopen(Request(url, headers=headers), timeout=timeout) as answer:
            resumed = answer.status == 206 and starts(answer.headers) == have > 0
            if answer.status == 206 and not resumed:
                part.unlink(missing_ok=True)
                raise PassingError("the server sent another range than asked for")
            if "html" in answer.headers.get_content_type():
                raise MirrorError("an HTML page instead of the file")
            have = have if resumed else 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length and length.isdigit() else None
            note(part, url, answer.headers)
            have = _copy(answer, part, have, Progress(remote.file, total))
            if total is not None and have != total:
                raise PassingError(f"truncated: {have} of {total} bytes")
            return resumed
    except HTTPError as error:
        error.close()
        if error.code == 416:  # the part is as long as the file, or the file has changed
            part.unlink(missing_ok=True)
            raise PassingError("the server could not resume") from None
        kind = PassingError if error.code in PASSING else MirrorError
        raise kind(f"HTTP {error.code} {error.reason}") from None
    except (URLError, HTTPException, OSError) as error:
        raise PassingError(_words(error)) from None


def _copy(answer, part: Path, have: int, progress: Progress) -> int:
    with part.open("ab" if have else "wb") as file:
        while chunk := answer.read1(CHUNK):
            if not have and chunk.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                raise MirrorError("an HTML page instead of the file")
            file.write(chunk)
            have += len(chunk)
            progress.show(have)
    progress.close(have)
    return have


def _wrong(remote: Remote, ledger: Ledger, found: str, path: Path) -> str:
    """Why these bytes are not the file that is wanted; empty where they are."""
    if remote.sha256:
        return "" if found == remote.sha256 else f"sha256 is {found}, want {remote.sha256}"
    if remote.sha256_prefix and not found.startswith(remote.sha256_prefix):
        return f"sha256 is {found}, want {remote.sha256_prefix}..."
    if remote.md5:
        with path.open("rb") as file:
            if (digest := hashlib.file_digest(file, "md5").hexdigest()) != remote.md5:
                return f"md5 is {digest}, want {remote.md5}"
    if found != (recorded := ledger.files.get(remote.file, found)):
        return f"sha256 is {found}, want {recorded}, recorded in {ledger.folder / NAME} on first download"
    return ""


def _entered(ledger: Ledger, name: str, found: str, path: Path) -> Path:
    if ledger.files.get(name) != found:
        ledger.files[name] = found
        ledger.save()
    return path


def _words(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return f"{type(reason).__name__}: {reason}" if not isinstance(reason, str) else reason
