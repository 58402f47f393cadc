"""The images of a data set that comes from the network: fetched, unpacked, found complete."""

from functools import partial
from pathlib import Path

from unjpeg.config.entries import Archive, Dataset, Split
from unjpeg.errors import UserError
from unjpeg.images import read_uint8
from unjpeg.sources import archives, web
from unjpeg.sources.gathered import Gathered
from unjpeg.sources.ledger import Ledger, intact


def gather(dataset: Dataset, folder: Path, patience: dict[str, float]) -> Gathered:
    """The images in `folder / "images"`. patience: the last arguments of `web.fetch`.

    A second run sends no request and unpacks nothing; an archive may be deleted once it is unpacked.
    """
    found: dict[str, Split | None] = {}
    if dataset.files:
        ledger = Ledger(folder / "images")
        for remote in dataset.files:
            web.fetch(remote, dataset.urls(remote), ledger, **patience, accept=read_uint8)
            found[remote.file] = remote.split or dataset.split
        return Gathered(folder / "images", found, {})
    ledger = Ledger(folder)
    for archive in dataset.archives:
        if not (members := _unpacked(archive, ledger)):
            whole = partial(archives.check, name=archive.file)
            path = web.fetch(archive, dataset.urls(archive), ledger, **patience, accept=whole)
            members = archives.extract(path, archive.members, folder / "images")
            ledger.archives[archive.file] = {
                "sha256": ledger.files[archive.file],
                "members": list(archive.members),
                "images": members,
            }
            ledger.save()
        if twice := sorted(members.keys() & found.keys()):
            raise UserError(f"{archive.file}: {twice[0]} is also in another archive of this data set")
        found |= {file: archives.split(archive, name) or dataset.split for file, (_, name) in members.items()}
    return Gathered(folder / "images", found, {})


def _unpacked(archive: Archive, ledger: Ledger) -> dict[str, list[str]]:
    """Image -> [sha256, member] where this very archive was unpacked here and all its images are intact."""
    entry = ledger.archives.get(archive.file)
    if not entry or entry["members"] != list(archive.members):
        return {}
    if archive.sha256 not in (None, entry["sha256"]) or entry["sha256"] != ledger.files.get(archive.file):
        return {}
    digests = {file: digest for file, (digest, _) in entry["images"].items()}
    return entry["images"] if intact(ledger.folder / "images", digests) else {}
