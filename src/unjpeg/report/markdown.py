"""The summary as Markdown: one table per set and protocol, the input's row first, published rows last."""

from collections.abc import Iterable

from unjpeg.report.blocks import Block, Line, Part, harm_block, score_blocks
from unjpeg.report.foot import CLOSE, reading
from unjpeg.report.grid import Grid
from unjpeg.report.plain import Plain


def markdown(study: str, tables: list[Grid], others: Iterable[Plain] = (), foot: Iterable[str] = ()) -> str:
    """The whole document. Cells read like the literature's: `PSNR (gain) / SSIM / PSNR-B`.

    foot: sentences at the end.
    """
    lines = [f"# Scores of study {study}", ""]
    for grid in tables:
        lines += [
            f"## {_plain(grid.set)}, protocol {_plain(grid.protocol)}",
            "",
            *map(_plain, reading(grid)),
            "",
        ]
        for block in score_blocks(grid, gains=True):
            lines += _block(block)
        lines += [f"[{k}] {_plain(text)}  " for k, text in enumerate(grid.sources, 1)] + [""] * bool(
            grid.sources
        )
        lines += [line for note in grid.quoted_notes for line in (f"Published rows: {_plain(note)}", "")]
        if block := harm_block(grid):
            lines += _block(block)
        lines += [line for note in grid.notes for line in (f"Note: {note}", "")]
    for plain in others:
        lines += _plain_table(plain)
    return "\n".join([*lines, "---", "", *(f"- {_plain(line)}" for line in foot), ""])


def _plain_table(plain: Plain) -> list[str]:
    heads, numeric = list(map(_plain, plain.heads)), plain.numeric
    rows = [[_plain(field.text) for field in row] for row in plain.rows]
    return [f"## {plain.title}", "", _plain(plain.caption), "", *_table(heads, rows, numeric)]


def _block(block: Block) -> list[str]:
    head = ["model", *map(_plain, block.degradations)]
    rows = [[_label(line), *(" / ".join(map(_part, cell)) for cell in line.cells)] for line in block.lines]
    return [" / ".join(block.title), "", *_table(head, rows, [False] + [True] * len(block.degradations))]


def _label(line: Line) -> str:
    return _plain(line.label) if line.note is None else f"*{_plain(line.label)}* [{line.note}]"


def _part(part: Part) -> str:
    text = f"**{part.text}**" if part.best else part.text + CLOSE * part.close
    return f"{text} {part.after}".strip()


def _table(head: list[str], rows: Iterable[list[str]], right: list[bool]) -> list[str]:
    rule = ["---:" if number else "---" for number in right]
    return [*("| " + " | ".join(row) + " |" for row in [head, rule, *rows]), ""]


def _plain(text: str) -> str:
    for mark in "|_*<":
        text = text.replace(mark, f"\\{mark}")
    return text
