"""Constructor settings of a network, checked against its annotations without importing it.

Known annotations: bool, int, float, str, list, list[int], Literal[...], None, joined by `|`.
"""

import ast

from unjpeg.errors import UserError, unknown
from unjpeg.provenance import settings_of

PLAIN = {"bool": bool, "int": int, "float": (int, float), "str": str, "list": (list, tuple)}


def check_settings(arch: str, settings: dict, where: str) -> None:
    """`UserError` for a setting that the network lacks, or a value that its annotation does not allow."""
    allowed = settings_of(f"unjpeg.models.{arch}")
    for key, value in settings.items():
        if key not in allowed or key == "channels":
            raise unknown(f"setting of {arch}", key, [k for k in allowed if k != "channels"], where)
        kinds = allowed[key]
        if not any(_fits(value, ast.parse(kind, mode="eval").body) for kind in kinds.split(" | ")):
            wanted = kinds.replace("Literal[", "one of [")
            raise UserError(f"{where}.{key}: {arch} wants {wanted}, got {value!r}")


def _fits(value: object, kind: ast.expr) -> bool:
    if isinstance(kind, ast.Constant) and kind.value is None:
        return value is None
    if isinstance(kind, ast.Subscript):
        if kind.value.id == "Literal":
            return value in _tuple(kind.slice)
        return isinstance(value, (list, tuple)) and all(_fits(v, kind.slice) for v in value)
    if isinstance(value, bool):
        return kind.id == "bool"
    return isinstance(value, PLAIN[kind.id])


def _tuple(node: ast.expr) -> tuple:
    value = ast.literal_eval(node)
    return value if isinstance(value, tuple) else (value,)
