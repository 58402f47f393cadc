"""Train, benchmark and use networks that remove JPEG artifacts.

`unjpeg.restore` and `unjpeg.detect` are those of `library.py`; torch is imported when one is asked for.
"""

from importlib import import_module

from unjpeg.pages import large_pages

__all__ = ["detect", "restore"]


def __getattr__(name: str):
    if name in __all__:
        large_pages()
        return getattr(import_module(f"{__name__}.library"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
