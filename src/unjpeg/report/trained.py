"""What a model was trained on, in the few words that fit into a row of a table."""

from dataclasses import dataclass

from unjpeg.degradation import Compress, Degradation, parse

FEW = 4  # qualities that are named one by one


@dataclass(frozen=True)
class Trained:
    """arch: name of the network; text: `10`, `10 to 95 (8 qualities), double, none`."""

    arch: str = ""
    text: str = ""


def trained(card: dict) -> Trained:
    """Of a model's card; empty where it does not say."""
    degradations = [parse(text) for text in card.get("degradations", [])]
    single = sorted({d.quality for d in degradations if len(_qualities(d)) == 1})
    kinds = [_named(single)] if single else []
    kinds += ["double"] if any(len(_qualities(d)) > 1 for d in degradations) else []
    kinds += ["none"] if any(not d.steps for d in degradations) else []
    return Trained(str(card.get("arch", "")), ", ".join(kinds))


def _qualities(degradation: Degradation) -> list[int]:
    return [step.quality for step in degradation.steps if isinstance(step, Compress)]


def _named(qualities: list[int]) -> str:
    if len(qualities) <= FEW:
        return ", ".join(map(str, qualities))
    return f"{qualities[0]} to {qualities[-1]} ({len(qualities)} qualities)"
