"""Which source files a module depends on, and one digest of their code.

Snakemake sees a changed script, never a changed import. Rules therefore carry `fingerprint(...)` of
the modules they run as a parameter: a changed digest reruns the job, and only the jobs whose modules
changed. Modules are read as text: nothing is imported, 100 digests take a tenth of a second.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from unjpeg.errors import UserError, unknown

ROOT = Path(__file__).resolve().parent
PACKAGE = ROOT.name
OFFERS = {
    "models": {"Model"},
    "metrics": {"CARD"},
    "losses": {"loss", "make"},
    "recipes": {"train"},
    "peers": {"restore"},
    "steps": {"run"},
}


@cache
def path_of(module: str) -> Path | None:
    """File of a module of this package, or None if there is no such module."""
    stem = ROOT.joinpath(*module.split(".")[1:])
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def modules_in(folder: str) -> list[str]:
    """Names that a sub-package offers: a name is a file that holds one of what `OFFERS` says."""
    files = sorted((ROOT / folder).glob("*.py"))
    return [p.stem for p in files if OFFERS[folder] & bound_in(p)]


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a node, nested ones too: a fifth of `ast.walk`'s nodes."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(node, field, ()):
            yield child
            yield from _statements(child)


@cache
def _tree(path: Path) -> ast.Module:
    """A file's code without docstrings, which no reader of it wants."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in (tree, *_statements(tree)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


@cache
def bound_in(path: Path) -> frozenset[str]:
    """Names that a file binds at its top level."""
    names = set()
    for node in _tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {a.asname or a.name for a in node.names}
    return frozenset(names)


@cache
def imports_of(module: str) -> frozenset[str]:
    """Modules of this package that `module` imports anywhere in its text."""
    path = path_of(module)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = set()
    for node in _statements(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return frozenset(n for n in names if n.split(".")[0] == PACKAGE and path_of(n))


@cache
def modules_of(*modules: str) -> frozenset[str]:
    """`modules`, their parent packages, and all that they import in turn."""
    todo, seen = list(modules), set()
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        if not path_of(module):
            raise ModuleNotFoundError(f"{module} is not a module of {PACKAGE}")
        seen.add(module)
        todo += imports_of(module)
        if "." in module:
            todo.append(module.rpartition(".")[0])
    return frozenset(seen)


@cache
def code_of(path: Path) -> str:
    """A file's code without docstrings, comments and layout, printed anew: the same under any Python."""
    return ast.unparse(_tree(path))


@cache
def fingerprint(*modules: str) -> str:
    """Digest of the code of `modules_of(*modules)` but `record`, which makes no result: 12 hex digits."""
    digest = hashlib.sha256()
    for path in sorted(path_of(m) for m in modules_of(*modules) if m != f"{PACKAGE}.record"):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n{code_of(path)}\n".encode())
    return digest.hexdigest()[:12]


@cache
def code_digest(module: str) -> str | None:
    """Digest of one module's code, 12 hex digits; None where there is no such module."""
    path = path_of(module)
    return hashlib.sha256(code_of(path).encode()).hexdigest()[:12] if path else None


def modules_of_run(run: dict) -> list[str]:
    """Modules whose code makes the result of a training run: the step, and what the run names."""
    architectures = {run["arch"], *(parent["arch"] for parent in run["parents"].values())}
    return [
        "unjpeg.steps.train",
        f"unjpeg.recipes.{run['recipe']}",
        *(f"unjpeg.models.{arch}" for arch in sorted(architectures)),
        *(f"unjpeg.losses.{loss}" for loss in sorted(run["train"]["loss"])),
    ]


def sha256_of(path: Path) -> str:
    """Hexadecimal digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(*parts: object) -> str:
    """12 hex digits of JSON-able values: equal values, equal digest."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settings_of(module: str) -> dict[str, str]:
    """Keyword arguments of the constructor of `Model` and their annotations, read from the module's text."""
    init = methods_of(module)["__init__"].args
    arguments = (*init.args[1:], *init.kwonlyargs)
    return {a.arg: ast.unparse(a.annotation) if a.annotation else "str" for a in arguments}


def methods_of(module: str) -> dict[str, ast.FunctionDef]:
    """Methods of `Model`, read from the module's text."""
    for node in _tree(path_of(module)).body:
        if isinstance(node, ast.ClassDef) and node.name == "Model":
            return {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    raise UserError(f"{module} has no Model")


@cache
def constant_of(module: str, name: str) -> object:
    """A literal that a module binds at its top level, read from its text."""
    for node in _tree(path_of(module)).body:
        if isinstance(node, ast.Assign) and [t.id for t in node.targets if isinstance(t, ast.Name)] == [name]:
            return ast.literal_eval(node.value)
    raise UserError(f"{module} has no {name}")


def literal_of(module: str, name: str, default: object) -> object:
    """`constant_of`, or `default` where the module binds no such name."""
    return constant_of(module, name) if name in bound_in(path_of(module)) else default


def parameter_entry(folder: str, name: str) -> str | None:
    """Entry of config/metrics.yaml with the parameter files of a loss or network, or None: from its text."""
    check_name(folder, name, "")
    return literal_of(f"{PACKAGE}.{folder}.{name}", "ENTRY", None)


def check_name(folder: str, name: str, where: str) -> None:
    """`UserError` where `folder` offers no `name`."""
    if name not in modules_in(folder):
        kind = {"models": "arch", "losses": "loss"}.get(folder, folder.rstrip("s"))
        raise unknown(kind, name, modules_in(folder), where)
