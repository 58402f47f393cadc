"""One line for one mistake: what is wrong, its value, what is allowed, the nearest match."""

from argparse import ArgumentTypeError
from collections.abc import Iterable
from difflib import get_close_matches


class UserError(ArgumentTypeError, ValueError):
    """A mistake that the user can mend. Its text is one line; no traceback is shown for it.

    Raised while argparse or pydantic check a value, it is shown with its own text: they want these bases.
    """


def unknown(kind: str, value: object, allowed: Iterable[str], where: str = "") -> UserError:
    """`UserError` for a name that does not exist, with the nearest name that does."""
    names = sorted(map(str, allowed))
    near = get_close_matches(str(value), names, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}? Allowed" if near else "; allowed"
    return UserError(
        f"{where + ': ' if where else ''}no {kind} {str(value)!r}{hint}: {', '.join(names) or 'none'}"
    )
