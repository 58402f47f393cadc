"""Which entries of `models` are one network trained from several seeds."""

import json

from unjpeg.config.study import Study


def seed_groups(study: Study) -> dict[str, list[str]]:
    """Restoring models that are equal in all that training depends on but the seed, by the first's name.

    Only groups of two and more. Parents count by what they are, not by their names; under which
    degradations a model is tested does not count; of two equal runs with equal seeds the first does.
    """
    groups: dict[str, dict[str, str]] = {}
    for name, run in study.models.items():
        if run.task == "restore":
            content, seeds = _split(study, name)
            groups.setdefault(json.dumps(content, sort_keys=True), {}).setdefault(json.dumps(seeds), name)
    found = [list(members.values()) for members in groups.values()]
    return {members[0]: members for members in found if len(members) > 1}


def _split(study: Study, name: str) -> tuple[dict, list]:
    """(the entry without seeds, with its parents in place of their names; the seeds in order)."""
    run = study.models[name]
    content = run.model_dump(mode="json", exclude={"seed", "degradations", "resources"})
    seeds: list = [study.seed if run.seed is None else run.seed]
    for key, parent in run.parents.items():
        content[key], inherited = _split(study, parent)
        seeds.append(inherited)
    return content, seeds
