"""Everything of a study in one HTML file that needs nothing else: no network, no other file."""

from pathlib import Path

import jinja2

from unjpeg.provenance import fingerprint
from unjpeg.report.cards import CardRow, cards_table
from unjpeg.report.foot import CLOSE, reading
from unjpeg.report.grid import Grid
from unjpeg.report.headline import headline
from unjpeg.report.order import INPUT, TRUTH, model_label
from unjpeg.report.picture import Picture
from unjpeg.report.plain import Plain
from unjpeg.report.quantities import quantity


def render(
    study: str,
    tables: list[Grid],
    curves: list[Picture],
    crops: list[Picture],
    cases: list[Picture],
    trainings: list[Picture],
    cards: list[CardRow],
    others: list[Plain],
    foot: list[str],
    digest: str,
) -> str:
    """The page. All texts are escaped by the template engine.

    others: tables beside the scores; foot: sentences; digest: of the summary that the page shows.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    engine = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    models = {m for grid in tables for m in grid.models} - {INPUT, TRUTH}
    return engine.get_template("page.html").render(
        study=study,
        tables=tables,
        model_count=len(models),
        sets=sorted({grid.set for grid in tables}),
        degradation_count=len({d for grid in tables for d in grid.degradations}),
        curves=curves,
        crops=crops,
        cases=cases,
        trainings=trainings,
        cards=cards,
        others=[table for table in others if table.rows],
        models_table=cards_table(cards),
        reading=reading,
        close=CLOSE,
        foot=foot,
        digest=digest,
        code=fingerprint("unjpeg.steps.page"),
        quantity=quantity,
        model_label=model_label,
        headline=headline,
        reference_rows=(INPUT, TRUTH),
    )
