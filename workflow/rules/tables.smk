"""Everything in numbers: all rows, means, what is derived of them, as CSV, Markdown and LaTeX.

Needs: scores and their records, costs, rates, leaks, answers of detectors, cards, published values
Gives: results/{study}/tables/
"""

import os

from unjpeg.config.published import read_published
from unjpeg.degradation import parse as parsed  # `parse` is a name of Snakemake's own
from unjpeg.provenance import digest_of

TESTED = [dataset for dataset in SETS if degradations_of(dataset)]
SINGLE = [d for d in map(parsed, STUDY.test.degradations) if len(d.steps) == 1]
# Networks are compared, the last of these first, where most of them are tested, there at the lowest quality, and at
# 4:2:0 before 4:4:4.
COMPARED = sorted(
    SINGLE, key=lambda d: (len(models_under(str(d))), -d.quality, -len(str(d)))
)
# Gains stand beside the cost in gray and in colour, on the first set that has it.
GAINS_AT = {
    degradation.gray: f"{dataset}/{degradation}"
    for degradation in COMPARED
    for dataset in reversed(SETS)
    if str(degradation) in degradations_of(dataset)
}
# Relative, so that a checkout that was moved plans nothing.
PUBLISHED = [
    os.path.relpath(path)
    for path in (ROOT / "config" / "published.yaml", *STUDY.published)
]
try:
    PUBLISHED_VALUES = [
        read_published(path).model_dump(mode="json") for path in PUBLISHED
    ]
except UserError as error:
    raise WorkflowError(str(error)) from None
DERIVED = expand(
    "results/{{study}}/tables/{name}.csv", name=["rate_distortion", "matrices", "seeds"]
)
METRIC_MODULES = [f"unjpeg.metrics.{metric}" for metric in STUDY.test.metrics]


rule tables:
    input:
        scores=SCORES,
        records=RECORDS,
        files=expand("resources/metrics/{metric}.json", metric=PARAMETRISED),
        cards=expand("results/{{study}}/models/{model}/card.json", model=NETWORKS),
        leaks="results/{study}/tables/leaks.csv",
        costs=COSTS,
        rates=expand("results/{{study}}/rates/{dataset}.csv", dataset=TESTED),
        detections=DETECTION,
    output:
        scores=report(
            "results/{study}/tables/scores.csv",
            caption="../report/scores.rst",
            category="Tables",
        ),
        summary=report(
            "results/{study}/tables/summary.csv",
            caption="../report/summary.rst",
            category="Tables",
        ),
        published=report(
            "results/{study}/tables/published.csv",
            caption="../report/published.rst",
            category="Tables",
        ),
        reported="results/{study}/tables/reported.csv",
        metrics="results/{study}/tables/metrics.csv",
        foot="results/{study}/tables/foot.txt",
        others="results/{study}/tables/others.json",
        costs=report(
            "results/{study}/tables/cost.csv",
            caption="../report/cost.rst",
            category="Tables",
        ),
        rates="results/{study}/tables/rates.csv",
        derived=DERIVED,
        text="results/{study}/tables/summary.md",
        latex="results/{study}/tables/summary.tex",
        # One folder: Snakemake compares every input of the study with every output like it.
        images=directory("results/{study}/tables/images"),
    log:
        "results/{study}/logs/tables.txt",
    benchmark:
        "results/{study}/benchmarks/tables.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.tables", *METRIC_MODULES),
        published=PUBLISHED,
        values=digest_of(PUBLISHED_VALUES),
        archs=sorted(set(ARCHS.values())),
        seed=STUDY.seed,
        gains=list(GAINS_AT.values()),
        seeds=json.dumps(seed_groups(STUDY)),
        accuracies=json.dumps({m: published_of(m) for m in DETECTORS}),
    shell:
        """
        unjpeg tables \
            --study {wildcards.study} \
            --scores {input.scores:q} \
            --leaks {input.leaks:q} \
            --published {params.published:q} \
            --archs {params.archs} \
            --files {input.files:q} \
            --cards {input.cards:q} \
            --seed {params.seed} \
            --costs {input.costs:q} \
            --gains-at {params.gains:q} \
            --rates {input.rates:q} \
            --seed-groups {params.seeds:q} \
            --detections {input.detections:q} \
            --accuracies {params.accuracies:q} \
            --out-folder results/{wildcards.study}/tables \
            >{log:q} 2>&1
        """
