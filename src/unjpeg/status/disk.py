"""Bytes of files below a folder. Links count nothing and are not followed."""

import os
import stat
from pathlib import Path


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 where nothing is."""
    if path.is_symlink() or not path.is_dir():
        return _bytes(path)
    return sum(_bytes(Path(home, name)) for home, _, names in os.walk(path) for name in names)


def shown(count: float) -> str:
    """A number of bytes to read: 12.3 MB."""
    if count < 1000:
        return f"{count} bytes"
    units = ["kB", "MB", "GB", "TB"]
    while (count := count / 1000) >= 1000 and len(units) > 1:
        units.pop(0)
    return f"{count:.1f} {units[0]}"


def _bytes(path: Path) -> int:
    try:
        found = path.lstat()
    except OSError:  # removed meanwhile
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
