"""What every source gives. A source is a module with `gather(dataset, folder, patience) -> Gathered`."""

from pathlib import Path
from typing import NamedTuple

from unjpeg.config.entries import Split


class Gathered(NamedTuple):
    """root: folder of the images; files: path below root -> split; made: versions of what drew them."""

    root: Path
    files: dict[str, Split | None]
    made: dict[str, str]
