"""Models that are not trained here: their authors' weights, which the rule `import` reads."""

from unjpeg.errors import unknown
from unjpeg.provenance import PACKAGE, ROOT, constant_of

END = "@authors"


def importable() -> dict[str, str]:
    """Architecture of each by its name, such as `dncnn3@authors`; read from the text of authors/."""
    archs = sorted(path.stem for path in (ROOT / "authors").glob("[a-z]*.py"))
    return {name + END: arch for arch in archs for name in constant_of(f"{PACKAGE}.authors.{arch}", "KNOWN")}


def entry_of(model: str) -> str:
    """The entry of config/metrics.yaml with the file of an imported model."""
    return model.removesuffix(END)


def check_importable(name: str) -> str:
    """The name; `UserError` where no such weights are known."""
    if name not in importable():
        raise unknown("imported model", name, importable())
    return name
