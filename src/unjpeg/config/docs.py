"""Schema and reference, derived from the types: `python -m unjpeg.config.docs` rewrites both.

workflow/schemas/*.yaml are JSON schemas with description and default of every key; the reference stands
in config/README.md between two marks. A test fails where either differs from what the types say.
"""

import sys
import types
import typing
from pathlib import Path

import yaml
from pydantic import BaseModel

from unjpeg.atomic import write_text
from unjpeg.config.data import Data, Fractions, Split
from unjpeg.config.leaks import Allowed
from unjpeg.config.leaves import DeadLeaves
from unjpeg.config.published import Published, Reported, Row, Table
from unjpeg.config.registry import Archive, Dataset, ImageFile, Metric, Parameter
from unjpeg.config.resources import Resources
from unjpeg.config.study import Study, Test
from unjpeg.config.train import Adversarial, ModelRun, Train

ROOT = Path(__file__).resolve().parents[3]
BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"
STUDY = {
    "A study": Study,
    "`splits.<data set>`": Split,
    "`fractions`": Fractions,
    "`data.<name>`": Data,
    "`models.<name>`": ModelRun,
    "`train`": Train,
    "`adversarial`": Adversarial,
    "`resources`": Resources,
    "`test`": Test,
    "`leaks_allowed`": Allowed,
}
REGISTRY = {
    "`datasets.<name>` and `config/datasets.yaml`": Dataset,
    "`archives`": Archive,
    "`files`": ImageFile,
    "`deadleaves`": DeadLeaves,
    "`config/metrics.yaml`": Metric,
    "its `files`": Parameter,
}
PUBLISHED = {
    "`config/published.yaml`": Published,
    "its `tables`": Table,
    "`rows.<system>`": Row,
    "its `reported`": Reported,
}


def schemas() -> dict[Path, str]:
    """Text of every schema file."""
    folder = ROOT / "workflow" / "schemas"
    entries = {"type": "object", "description": "Data sets by name."}
    registry = Dataset.model_json_schema()
    definitions = registry.pop("$defs", {})
    registry = {**entries, "additionalProperties": registry, "$defs": definitions}
    return {
        folder / "config.schema.yaml": _schema(Study.model_json_schema()),
        folder / "datasets.schema.yaml": _schema(registry),
        folder / "published.schema.yaml": _schema(Published.model_json_schema()),
    }


def reference() -> str:
    """The tables of config/README.md."""
    return "\n".join(_table(title, kind) for title, kind in {**STUDY, **REGISTRY, **PUBLISHED}.items())


def readme() -> str:
    """config/README.md with the reference as the types have it."""
    before, rest = (ROOT / "config" / "README.md").read_text("utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n{reference()}\n{END}{rest.split(END)[1]}"


def _schema(schema: dict) -> str:
    head = "# Derived from src/unjpeg/config by `python -m unjpeg.config.docs`; do not edit.\n"
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return head + yaml.safe_dump(schema, sort_keys=False, allow_unicode=True, width=110)


def _table(title: str, kind: type[BaseModel]) -> str:
    rows = [f"### {title}\n", "| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in kind.model_fields.items():
        if field.is_required():
            default = "required"
        else:
            value = field.get_default(call_default_factory=True)
            default = "see below" if isinstance(value, BaseModel) else f"`{yaml_of(value)}`"
        rows.append(f"| `{name}` | {_type(field.annotation)} | {default} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


def yaml_of(value: object) -> str:
    """A value as one would write it in a config file."""
    if isinstance(value, tuple):
        value = list(value)
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n").removesuffix("\n...")


def _type(kind: object) -> str:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _type(args[0])
    if origin is typing.Literal:
        return ", ".join(f"`{a}`" for a in args)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(a) for a in args if a is not type(None))
    if origin in (list, tuple):
        inside = dict.fromkeys(_type(a) for a in args if a is not ...)
        return f"list of {', '.join(inside)}"
    if origin is dict:
        return f"mapping to {_type(args[1])}"
    names = {
        str: "text",
        int: "integer",
        float: "number",
        bool: "`true`, `false`",
        dict: "mapping",
        list: "list",
    }
    return names.get(kind, "section" if isinstance(kind, type) and issubclass(kind, BaseModel) else str(kind))


if __name__ == "__main__":
    for path, text in {**schemas(), ROOT / "config" / "README.md": readme()}.items():
        write_text(path, text)
        print(path.relative_to(ROOT), file=sys.stderr)
