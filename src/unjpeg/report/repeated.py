"""A page of means, each under the command that repeats it from a folder of images: docs/results.md."""

import shlex

import pandas as pd

from unjpeg.config.shipped import KEPT, network_of
from unjpeg.degradation import parse
from unjpeg.metrics.protocol import default_for, named
from unjpeg.report.order import INPUT, TRUTH, degradation_rank
from unjpeg.report.quantities import FIDELITY, quantity
from unjpeg.report.scores import ordered


def page(summary: pd.DataFrame, published: pd.DataFrame, cards: dict[str, dict]) -> str:
    """Markdown. summary, published: tables of a study; cards: of its models, by name.

    A model without a card is a peer. Rows of metrics that need files of parameters name the folder.
    """
    parts = [_models(cards)]
    for (name, protocol), rows in summary.groupby(["set", "protocol"]):
        beside = published[(published["set"] == name) & (published["protocol"] == protocol)]
        heading = f"## {name}, {protocol}\n\n{named(protocol).description}."
        parts += [heading, _commands(name, protocol, rows, cards), _table(rows, beside)]
    return "\n\n".join(parts) + "\n"


def _models(cards: dict[str, dict]) -> str:
    """What each network is and how it was trained."""
    lines = [
        "| model | network | parameters | steps | trained on | minutes, last stage | |",
        "|---|---|---:|---:|---|---:|---|",
    ]
    behind = {network_of(name): card for name, card in cards.items()}
    for name, card in behind.items():
        after = "".join(f" after `{p['model']}`" for p in (card.get("parents") or {}).values())
        cells = (
            name,
            card["arch"],
            f"{card['parameters']:,}",
            f"{card['steps']:,}{after}" if "steps" in card else "",
            ", ".join(card.get("trained_on", [])),
            f"{card['seconds'] / 60:.0f}" if "seconds" in card else "",
            card.get("title", card.get("note", "")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _commands(name: str, protocol: str, rows: pd.DataFrame, cards: dict[str, dict]) -> str:
    """A block of code: a command per model, each with a CSV of its own."""
    metrics = list(ordered(rows)["metric"].unique())
    more = [] if set(metrics) <= {*FIDELITY} else ["--metrics", *metrics, "--parameters", "resources/metrics"]
    lines = []
    for model, group in ordered(rows[rows["model"] != TRUTH]).groupby("model", sort=False):
        degradations = sorted(group["degradation"].unique(), key=degradation_rank)
        which = ["--model", network_of(model)] if model == INPUT or model in cards else ["--peer", model]
        which += ["--consistent"] if model.endswith(KEPT) else []
        words = ["unjpeg", "evaluate", f"{name}/", "--degradation", *degradations, *which, *more]
        where = "UNJPEG_MODELS=models " if cards.get(model, {}).get("recipe") == "imported" else ""
        if any(default_for(parse(degradation)).name != protocol for degradation in degradations):
            words += ["--protocol", protocol]
        words += ["--out", f"{name}-{protocol}-{model}.csv"]
        lines.append(f"    {where}{shlex.join(words)}")
    return "\n".join(lines)


def _table(rows: pd.DataFrame, published: pd.DataFrame) -> str:
    """A row per degradation and model, then the published ones."""
    metrics = list(ordered(rows)["metric"].unique())
    heads = [quantity(metric).title for metric in metrics]
    lines = [f"| compressed | | {' | '.join(heads)} |", f"|---|---|{'---:|' * len(heads)}"]
    for degradation in sorted(rows["degradation"].unique(), key=degradation_rank):
        here = ordered(rows[rows["degradation"] == degradation])
        for model, group in here.groupby("model", sort=False):
            cells = [_cell(group[group["metric"] == metric], model) for metric in metrics]
            label = "JPEG" if model == INPUT else model
            lines.append(f"| {degradation} | {label} | {' | '.join(cells)} |")
        theirs = published[published["degradation"] == degradation]
        for system, group in theirs.groupby("system", sort=False):
            cells = dict(zip(group["metric"], group["published"]))
            shown = " | ".join(cells.get(metric, "") for metric in metrics)
            lines.append(f"| {degradation} | {system}, published | {shown} |")
    return "\n".join(lines)


def _cell(group: pd.DataFrame, model: str) -> str:
    if group.empty:
        return ""
    row, metric = group.iloc[0], quantity(group.iloc[0]["metric"])
    gain = metric.signed(row["gain"]) if row["metric"] == "psnr" and model != INPUT else ""
    return metric.text(row["mean"]) + (f" ({gain})" if gain else "")
