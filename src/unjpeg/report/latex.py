"""The summary as LaTeX tables: needs booktabs, nothing else; one column of the literature's cells each.

\\usepackage{booktabs}
...
\\input{summary.tex}
"""

import re
from collections.abc import Iterable

from unjpeg.report.blocks import Block, Line, Part, harm_block, score_blocks
from unjpeg.report.foot import CLOSE, reading
from unjpeg.report.grid import Grid
from unjpeg.report.plain import Plain

WIDE = 30  # characters; a column of longer texts is set as paragraphs
ACROSS = 4  # degradations beside each other; more make another table
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "–": "--",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "≤": r"$\leq$",
    "×": r"$\times$",
    CLOSE: r"$^{\approx}$",
} | {mark: f"\\{mark}" for mark in "&%$#_{}"}


def latex(study: str, tables: list[Grid], others: Iterable[Plain] = (), foot: Iterable[str] = ()) -> str:
    """The whole file: a `table` for every set, protocol, group of metrics and `ACROSS` degradations.

    others: follow, each as one `table`; foot: sentences, as remarks at the top.
    """
    head = [f"Scores of study {study}, made by unjpeg. Needs \\usepackage{{booktabs}}.", *foot]
    parts = ["\n".join(f"% {line}" for line in head)]
    for grid in tables:
        blocks = [*score_blocks(grid, gains=False), harm_block(grid)]
        parts += [_table(grid, piece) for block in blocks if block for piece in _pieces(block)]
    parts += [_plain_table(plain) for plain in others]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(SPECIAL.get(mark, mark) for mark in text)


def _pieces(block: Block) -> list[Block]:
    """The same rows over at most `ACROSS` degradations each; a row without any value there is left out."""
    result = []
    for start in range(0, len(block.degradations), ACROSS):
        part = slice(start, start + ACROSS)
        lines = [Line(line.label, line.cells[part], line.note) for line in block.lines]
        lines = [ln for ln in lines if any(p.text != "–" for cell in ln.cells for p in cell)]
        result.append(Block(block.title, block.degradations[part], lines))
    return result


def _table(grid: Grid, block: Block) -> str:
    used = sorted({line.note for line in block.lines if line.note})
    title = f"{grid.set}, protocol {grid.protocol}: {' / '.join(block.title)}."
    caption = [title, *(reading(grid)[: 3 if used else 2])]
    rows = [[_label(line), *("/".join(map(_part, cell)) for cell in line.cells)] for line in block.lines]
    ours = [_row(row) for row, line in zip(rows, block.lines, strict=True) if line.note is None]
    theirs = [_row(row) for row, line in zip(rows, block.lines, strict=True) if line.note]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escaped(' '.join(caption))}}}",
            rf"\begin{{tabular}}{{l{'r' * len(block.degradations)}}}",
            r"\toprule",
            _row(["model", *map(escaped, block.degradations)]),
            r"\midrule",
            *ours,
            *([r"\midrule", *theirs] if theirs else []),
            r"\bottomrule",
            r"\end{tabular}",
            *([r"\par\raggedright\footnotesize"] if used else []),
            *(rf"\par $^{{{k}}}$ {escaped(grid.sources[k - 1])}" for k in used),
            *(rf"\par {escaped(note)}" for note in grid.quoted_notes if used),
            r"\end{table}",
        ]
    )


def _plain_table(plain: Plain) -> str:
    widths = [max((len(row[k].text) for row in plain.rows), default=0) for k in range(len(plain.heads))]
    kinds = [
        "r" if n else "p{3.5cm}" if w > WIDE else "l" for n, w in zip(plain.numeric, widths, strict=True)
    ]
    columns = "".join(kinds)
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escaped(f'{plain.title}. {plain.caption}')}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            _row(list(map(escaped, plain.heads))),
            r"\midrule",
            *(_row([_broken(_minus(escaped(field.text))) for field in row]) for row in plain.rows),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def _row(cells: list[str]) -> str:
    # A bracket or a star at the start of a row would be read as an option of the \\ before it.
    return re.sub(r"^([\[*])", r"{\1}", " & ".join(cells)) + r" \\"


def _label(line: Line) -> str:
    name = escaped(line.label)
    return name if line.note is None else rf"\textit{{{name}}}$^{{{line.note}}}$"


def _part(part: Part) -> str:
    text = rf"\textbf{{{escaped(part.text)}}}" if part.best else escaped(part.text + CLOSE * part.close)
    text = f"{text} {escaped(part.after)}".strip()
    return _minus(text)


def _broken(text: str) -> str:
    """A sha256 may be broken every 16 digits."""
    return re.sub(r"[0-9a-f]{16}(?=[0-9a-f]{16})", r"\g<0>\\allowbreak{}", text)


def _minus(text: str) -> str:
    return re.sub(r"(?<!\w)-(?=\d)", "$-$", text)
