"""`unjpeg <verb> ...`: a verb is a file of `steps/`; its docstring's first line is its help.

Only the module of the asked verb is imported, so `unjpeg --help` needs no torch.
"""

import argparse
import ast
import os
import sys
from difflib import get_close_matches
from importlib import import_module

from unjpeg.errors import UserError, unknown
from unjpeg.pages import large_pages
from unjpeg.provenance import modules_in, path_of


class Parser(argparse.ArgumentParser):
    """One line for a wrong option, with the nearest right one."""

    words: list[str] = []  # of the command line

    def error(self, message: str) -> None:
        known = [option for action in self._actions for option in action.option_strings]
        wrong = [w.split("=")[0] for w in self.words if w.startswith("--") and w.split("=")[0] not in known]
        for word in wrong[:1]:
            near = get_close_matches(word, known, n=1)
            message = f"no option {word}" + (f"; did you mean {near[0]}?" if near else "")
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def help_text() -> str:
    """All verbs with a line each, read from the files."""
    verbs = modules_in("steps")
    lines = [
        (v, ast.get_docstring(ast.parse(path_of(f"unjpeg.steps.{v}").read_text("utf-8")))) for v in verbs
    ]
    width = max(map(len, verbs))
    return "\n".join(
        [
            "usage: unjpeg [--version] VERB ...",
            "",
            "Train, benchmark and use networks that remove JPEG artifacts. `unjpeg VERB --help` tells more.",
            "",
            *(f"  {verb.replace('_', '-'):{width}}  {text.splitlines()[0]}" for verb, text in lines),
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0 is success, 2 a mistake of the user, 85 a training that wants to go on later."""
    argv = sys.argv[1:] if argv is None else argv
    large_pages()
    if not argv or argv[0] in ("-h", "--help"):
        print(help_text())
        return 0
    if argv[0] == "--version":
        from importlib.metadata import version

        print(f"unjpeg {version('unjpeg')}")
        return 0
    verbs = {v.replace("_", "-"): v for v in modules_in("steps")}
    if argv[0] not in verbs:
        print(f"unjpeg: {unknown('verb', argv[0], verbs)}", file=sys.stderr)
        return 2
    try:
        step = import_module(f"unjpeg.steps.{verbs[argv[0]]}")
        parser = Parser(
            prog=f"unjpeg {argv[0]}",
            description=step.__doc__,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.words = argv[1:]
        step.arguments(parser)
        args = parser.parse_args(argv[1:])
        code = step.run(args) or 0
        if code == 0 and os.environ.get("UNJPEG_RECORDS"):
            from unjpeg.chain.write import write

            write(step, argv[0], argv, args)
        return code
    except UserError as error:
        print(f"unjpeg {argv[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 141
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"unjpeg {argv[0]}: {where}{error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"unjpeg {argv[0]}: stopped", file=sys.stderr)
        return 130
