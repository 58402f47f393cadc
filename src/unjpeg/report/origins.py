"""Where numbers come from, as sentences for the foot: images, codec, packages, machine, seeds, commit, day.

Told by the jobs that computed: the records beside score files, and the cards of models.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from unjpeg.errors import UserError
from unjpeg.report.order import INPUT

KEYS = {"model", "set", "images", "encoded", "restored", "scored"}


def read_records(scores: Iterable[Path]) -> list[dict]:
    """The record beside each score file that has one; `unjpeg evaluate` writes none."""
    found = [read_object(path) for score in scores if (path := score.with_suffix(".json")).exists()]
    return [record for record in found if record.keys() >= KEYS]


def read_object(path: Path) -> dict:
    """A JSON object; `UserError` for any other file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except ValueError as error:
        raise UserError(f"{path}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise UserError(f"{path}: want a JSON object, got {type(found).__name__}")
    return found


def origins(records: list[dict], cards: list[dict], seed: int | None, missing: int = 0) -> list[str]:
    """One sentence for each way in which images were made, models trained, and scores computed.

    missing: score files without a record.
    """
    lines = [] if seed is None else [f"Seed of the study: {seed} (division of images, patches)."]
    if missing:
        lines.append(
            f"With what {missing} of {missing + len(records)} score files were made is not recorded."
        )
    return [
        *lines,
        *_images(records),
        *_codecs(records),
        *_trained(cards),
        *_imported(cards),
        *_jobs(records),
    ]


def versions_of(records: list[dict], package: str) -> str:
    """Versions of a package that the scoring jobs had; empty where no record tells."""
    found = {record["scored"]["versions"].get(package) for record in records}
    return ", ".join(sorted(found - {None}))


def files_of(records: list[dict]) -> dict[str, str]:
    """sha256 of the parameter files that the scoring jobs read, by path; `UserError` where they differ."""
    found = {}
    for record in records:
        for path, digest in record["scored"].get("files", {}).items():
            if (other := found.setdefault(path, digest)) != digest:
                raise UserError(
                    f"scores: {path} was {other[:12]} for some and {digest[:12]} for {record['model']} on "
                    f"{record['set']} (sha256): not one metric; score again with one file"
                )
    return found


def _images(records: list[dict]) -> Iterator[str]:
    found = {(r["set"], r["images"]["count"], r["images"]["digest"]) for r in records}
    if found:
        listed = ", ".join(f"{name} ({count} images, {digest})" for name, count, digest in sorted(found))
        yield f"Test images, with the digest of their names and sha256: {listed}."


def _codecs(records: list[dict]) -> Iterator[str]:
    for pillow, libjpeg in sorted(
        {(r["encoded"]["pillow"], r["encoded"]["libjpeg"]) for r in records}, key=str
    ):
        yield (
            f"JPEG by Pillow {pillow} with {libjpeg}: baseline, standard tables, exact integer DCT, decoded "
            "with smooth chroma upsampling."
        )


def _trained(cards: list[dict]) -> Iterator[str]:
    """Nothing for a card that does not say."""
    told = [
        (
            str(card["model"]),
            f"{_how(card)}, seed {card.get('seed')}",
        )
        for card in cards
        if card.get("versions")
    ]
    yield from _grouped("Trained", told, len(cards))


def _imported(cards: list[dict]) -> Iterator[str]:
    """Of whose file a network's weights are that was not trained here."""
    for card in cards:
        if source := card.get("source"):
            whose = card.get("citation", card.get("note"))
            yield f"Imported, not trained: {card['model']}, sha256 {source['sha256']}; {whose}"


def _jobs(records: list[dict]) -> Iterator[str]:
    restored = {(r["model"], _how(r["restored"])) for r in records if r["restored"]}
    yield from _grouped("Restored", restored, len({r["model"] for r in records} - {INPUT}))
    scored = {(r["model"], _how(r["scored"])) for r in records}
    yield from _grouped("Scored", scored, len({r["model"] for r in records}))


def _how(job: dict) -> str:
    """Packages, device, day and commit of a job, as far as it tells."""
    parts = [_versions(job["versions"]), f"on {job.get('device')}"]
    if "date" in job:
        parts += [job["date"], f"commit {job['commit']}" if job["commit"] else "outside git"]
    return ", ".join(parts)


def _grouped(verb: str, told: Iterable[tuple[str, str]], count: int) -> Iterator[str]:
    """`told`: (model, how); the models are named where not all were made alike."""
    groups: dict[str, list[str]] = {}
    for model, how in sorted(told):
        groups.setdefault(how, []).append("the JPEG" if model == INPUT else model)
    for how, models in sorted(groups.items()):
        yield f"{verb} with {how}" + ("." if len(models) == count else f": {', '.join(models)}.")


def _versions(found: dict[str, str]) -> str:
    return ", ".join(
        f"{name} {version}" for name, version in sorted(found.items(), key=lambda x: x[0].lower())
    )
