"""Names that a user gives: of a study, its models, its data; parts of paths, so their letters are few."""

import re
from typing import Annotated

from pydantic import AfterValidator

from unjpeg.errors import UserError

RESERVED = ("none", "clean")


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) or text in RESERVED:
        raise UserError(
            f"{text!r} is no name; want small letters, digits and single hyphens, and none of "
            f"{', '.join(RESERVED)}"
        )
    return text


Name = Annotated[str, AfterValidator(_name)]
