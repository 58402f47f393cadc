"""`checksums.json` of a folder: what was fetched and unpacked here, and the digest of each file.

It makes a first download binding where the registry knows no digest, and tells a second run that
nothing is left to do.
"""

import json
from pathlib import Path

from unjpeg.atomic import write_text
from unjpeg.errors import UserError
from unjpeg.provenance import sha256_of

NAME = "checksums.json"


class Ledger:
    """`files`: name -> sha256. `archives`: name -> its sha256, the patterns, and image ->
    [sha256, member]."""

    def __init__(self, folder: Path):
        self.folder, self.path = folder, folder / NAME
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            self.files: dict[str, str] = data["files"]
            self.archives: dict[str, dict] = data["archives"]
        except FileNotFoundError:
            self.files, self.archives = {}, {}
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{self.path}: damaged; delete it to record the digests anew") from None

    def save(self) -> None:
        kept = Ledger(self.folder)  # another job may have added a file of its own
        data = {"files": kept.files | self.files, "archives": kept.archives | self.archives}
        write_text(self.path, json.dumps(data, indent=1, sort_keys=True) + "\n")


def intact(folder: Path, images: dict[str, str]) -> bool:
    """Whether all these files, relative to `folder`, are there with these digests."""
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == want for name, want in images.items()
    )
