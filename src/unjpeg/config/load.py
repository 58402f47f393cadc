"""From YAML text to a checked object, or one line that says what is wrong."""

import types
import typing
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from unjpeg.errors import UserError, unknown

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML has its library


class Section(BaseModel):
    """A part of the configuration: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: Path | str) -> dict:
    """The mapping in a YAML file; `UserError` where there is no file, no mapping in it, or a key twice."""
    try:
        loader = LOADER(Path(path).read_text(encoding="utf-8"))
        root = loader.get_single_node()
        if twice := next(_twice(root), None):
            raise UserError(f"{path}: line {twice.start_mark.line + 1}: {twice.value} stands there twice")
        data = loader.construct_document(root) if root else None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise UserError(f"{path}: want a mapping of keys to values, got {type(data).__name__}")
    return data


def _twice(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys that the same mapping has already; YAML forbids them, and PyYAML takes the last."""
    seen, rest = set(), [root]
    while rest:
        node = rest.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            rest += node.value
            continue
        keys = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in keys:
                    yield key
                keys.add((key.tag, key.value))
            rest.append(value)


def check(section: type[BaseModel], data: dict, where: str) -> BaseModel:
    """`data` as an object of `section`; `where` names the file in the error."""
    try:
        return section.model_validate(data)
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")  # a misspelt key first
        raise _one_line(section, found[0], where) from None


def _one_line(section: type[BaseModel], error: dict, where: str) -> UserError:
    path = ".".join(str(part) for part in error["loc"] if part != "[key]")  # pydantic's word for a name
    if error["type"] == "extra_forbidden":
        owner = _section_at(section, error["loc"][:-1])
        return unknown("key", error["loc"][-1], owner.model_fields, f"{where}: {path}")
    if error["type"] == "missing":
        return UserError(f"{where}: {path}: this key is required")
    if isinstance(cause := error.get("ctx", {}).get("error"), UserError):
        return UserError(f"{where}: {path}: {cause}" if path else f"{where}: {cause}")
    text = error["msg"].removeprefix("Value error, ")
    value = error["input"]
    shown = "" if isinstance(value, (dict, list)) else f", got {value!r}"
    return UserError(f"{where}: {path}: {text}{shown}" if path else f"{where}: {text}")


def _section_at(section: type[BaseModel], loc: tuple) -> type[BaseModel]:
    """The section that holds the key at `loc`, walking through mappings, lists and unions."""
    kind = section
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if part in kind.model_fields:
                kind = kind.model_fields[part].annotation
            continue
        while typing.get_origin(kind) in (typing.Union, types.UnionType):
            kind = next(a for a in typing.get_args(kind) if a is not type(None))
        if typing.get_origin(kind) in (dict, list, tuple):
            kind = typing.get_args(kind)[-1]
    while not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        kind = next(a for a in reversed(typing.get_args(kind)) if a is not type(None))
    return kind
