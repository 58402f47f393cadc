"""Pages of 2 MB for PyTorch's memory."""

import os


def large_pages() -> None:
    """Ask for them, where the user has not chosen: with 4 KB a fifth of a pass goes into page faults.

    PyTorch reads its switch when it first takes memory, and then asks Linux; elsewhere nothing changes.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
