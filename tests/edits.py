"""Random edits of a module's text: those that change what runs, and those that do not."""

import ast
import random

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def harmless(text: str, rng: random.Random) -> str:
    """With a comment, blank lines, or another docstring somewhere."""
    lines = text.splitlines(keepends=True)
    tree = ast.parse(text)
    if not tree.body:
        return text + "# a remark\n"
    place = rng.choice(tree.body).lineno - 1
    documented = [n.body[0] for n in ast.walk(tree) if isinstance(n, DOCUMENTED) and ast.get_docstring(n)]
    kind = rng.choice(["comment", "layout", *["docstring"] * bool(documented)])
    if kind == "docstring":
        place = rng.choice(documented).lineno - 1
        lines[place] = lines[place].replace('"""', '"""Said otherwise. ', 1)
    else:
        lines.insert(place, "# a remark\n" if kind == "comment" else "\n\n")
    return "".join(lines)


def real(text: str, rng: random.Random, numbers: bool = True) -> str:
    """With another number in some function, or where there is none with a name more.

    numbers: False leaves them, for modules that have to work on.
    """
    found = _numbers(ast.parse(text)) if numbers else []
    if not found:
        return text + "\nADDED = 1\n"
    node = rng.choice(found)
    lines = text.encode().splitlines(keepends=True)
    line = lines[node.lineno - 1]
    new = repr(node.value * 2 + 1).encode()
    lines[node.lineno - 1] = line[: node.col_offset] + new + line[node.end_col_offset :]
    return b"".join(lines).decode()


def _numbers(tree: ast.Module) -> list[ast.Constant]:
    """Numbers in functions; places in f-strings are not reliable before Python 3.12."""
    strings = {id(c) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for c in ast.walk(n)}
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    constants = {id(c): c for f in functions for c in ast.walk(f) if isinstance(c, ast.Constant)}
    return [c for c in constants.values() if type(c.value) in (int, float) and id(c) not in strings]
