"""Figures, crops, and one page that holds them and the tables.

Needs: results/{study}/tables/, restored and degraded images, the clean ones, history and card of each model
Gives: results/{study}/plots/    PSNR and gain against quality, PSNR against bits per pixel per set, gain against
                                 cost, training curves per model
       results/{study}/crops/    clean, JPEG and every model side by side, pixel for pixel
       results/{study}/cases/    where each model harmed and helped most
       results/{study}/report.html
"""

# Crops are shown in gray and for each sampling, once: of equal keys the last one stays.
SHOWN = {(d.gray, d.last.sampling): str(d) for d in COMPARED}
CROPS = [
    f"results/{STUDY.study}/crops/{dataset}/{degradation}.png"
    for dataset in TESTED
    for degradation in degradations_of(dataset)
    if degradation in SHOWN.values()
]
# A model tested on nothing but what was never compressed has no gain, hence no worst and no best.
CASES = [
    f"results/{STUDY.study}/cases/{model}.png"
    for model, pairs in PAIRS.items()
    if any(parsed(degradation).steps for _, degradation in pairs)
]
TEMPLATE = [
    path.read_text("utf-8")
    for path in sorted((ROOT / "src/unjpeg/report").iterdir())
    if path.suffix in (".html", ".css", ".js")
]


rule plots:
    input:
        summary="results/{study}/tables/summary.csv",
        costs="results/{study}/tables/cost.csv",
        rates="results/{study}/tables/rates.csv",
        histories=expand("results/{{study}}/models/{model}/history.csv", model=MODELS),
    output:
        psnr=report(
            expand("results/{{study}}/plots/psnr/{dataset}.svg", dataset=TESTED),
            caption="../report/psnr.rst",
            category="Curves",
        ),
        gain=report(
            expand("results/{{study}}/plots/gain/{dataset}.svg", dataset=TESTED),
            caption="../report/gain.rst",
            category="Curves",
        ),
        costs=report(
            "results/{study}/plots/cost.svg",
            caption="../report/cost.rst",
            category="Curves",
        ),
        rate=report(
            expand("results/{{study}}/plots/rate/{dataset}.svg", dataset=TESTED),
            caption="../report/rate.rst",
            category="Curves",
        ),
        training=report(
            expand("results/{{study}}/plots/training/{model}.svg", model=MODELS),
            caption="../report/training.rst",
            category="Training",
        ),
    log:
        "results/{study}/logs/plots.txt",
    benchmark:
        "results/{study}/benchmarks/plots.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.plots"),
    shell:
        """
        unjpeg plots \
            --summary {input.summary:q} \
            --costs {input.costs:q} \
            --rates {input.rates:q} \
            --histories {input.histories:q} \
            --out-folder results/{wildcards.study}/plots \
            >{log:q} 2>&1
        """


rule crops:
    input:
        manifest="resources/datasets/{dataset}/manifest.json",
        degraded="results/{study}/degraded/{dataset}/{degradation}.h5",
        restored=under("results/{study}/restored/{model}/{dataset}/{degradation}.h5"),
        scores=under(
            "results/{study}/scores/{model}/{dataset}/{degradation}.csv", "none"
        ),
    output:
        report(
            "results/{study}/crops/{dataset}/{degradation}.png",
            caption="../report/crops.rst",
            category="Crops",
            labels={"set": "{dataset}", "degradation": "{degradation}"},
        ),
    log:
        "results/{study}/logs/crops/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/crops/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.crops", "unjpeg.metrics.psnr"),
    shell:
        """
        unjpeg crops \
            --study {wildcards.study} \
            --manifest {input.manifest:q} \
            --degraded {input.degraded:q} \
            --restored {input.restored:q} \
            --scores {input.scores:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule cases:
    input:
        manifests=expand("resources/datasets/{dataset}/manifest.json", dataset=TESTED),
        degraded=tested("results/{study}/degraded/{dataset}/{degradation}.h5"),
        restored=tested("results/{study}/restored/{model}/{dataset}/{degradation}.h5"),
        scores=tested("results/{study}/scores/{model}/{dataset}/{degradation}.csv"),
        jpegs=tested("results/{study}/scores/none/{dataset}/{degradation}.csv"),
    output:
        report(
            "results/{study}/cases/{model}.png",
            caption="../report/cases.rst",
            category="Worst and best",
            labels={"model": "{model}"},
        ),
    log:
        "results/{study}/logs/cases/{model}.txt",
    benchmark:
        "results/{study}/benchmarks/cases/{model}.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.cases", "unjpeg.metrics.psnr"),
    shell:
        """
        unjpeg cases \
            --study {wildcards.study} \
            --model {wildcards.model} \
            --manifests {input.manifests:q} \
            --degraded {input.degraded:q} \
            --restored {input.restored:q} \
            --scores {input.scores:q} {input.jpegs:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule page:
    input:
        summary="results/{study}/tables/summary.csv",
        published="results/{study}/tables/published.csv",
        others="results/{study}/tables/others.json",
        foot="results/{study}/tables/foot.txt",
        cost_figure="results/{study}/plots/cost.svg",
        curves=expand(
            "results/{{study}}/plots/{kind}/{dataset}.svg",
            kind=["psnr", "gain", "rate"],
            dataset=TESTED,
        ),
        calibration=expand(
            "results/{{study}}/plots/calibration/{model}.svg", model=DETECTORS
        ),
        training=expand("results/{{study}}/plots/training/{model}.svg", model=MODELS),
        crops=CROPS,
        cases=CASES,
        cards=expand("results/{{study}}/models/{model}/card.json", model=NETWORKS),
    output:
        report(
            "results/{study}/report.html",
            caption="../report/page.rst",
            category="Page",
        ),
    log:
        "results/{study}/logs/page.txt",
    benchmark:
        "results/{study}/benchmarks/page.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.page", *METRIC_MODULES),
        template=digest_of(*TEMPLATE),
    shell:
        """
        unjpeg page \
            --study {wildcards.study} \
            --summary {input.summary:q} \
            --published {input.published:q} \
            --others {input.others:q} \
            --foot {input.foot:q} \
            --cost-figure {input.cost_figure:q} \
            --curves {input.curves:q} \
            --calibration {input.calibration:q} \
            --training {input.training:q} \
            --crops {input.crops:q} \
            --cases {input.cases:q} \
            --cards {input.cards:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
