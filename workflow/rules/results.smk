"""A page of the study's means with the commands that repeat them. No other target wants it.

    snakemake --cores all --configfile config/shipped.yaml -- results/shipped/results.md

docs/results.md is a copy of that one.

Needs: tables and cards
Gives: results/{study}/results.md
"""


rule results:
    input:
        summary="results/{study}/tables/summary.csv",
        published="results/{study}/tables/published.csv",
        cards=expand(
            "results/{{study}}/models/{model}/card.json",
            model=[model for model in NETWORKS if model not in DETECTORS],
        ),
    output:
        "results/{study}/results.md",
    log:
        "results/{study}/logs/results.txt",
    benchmark:
        "results/{study}/benchmarks/results.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.results", *METRIC_MODULES),
    shell:
        """
        unjpeg results \
            --study {wildcards.study} \
            --summary {input.summary:q} \
            --published {input.published:q} \
            --cards {input.cards:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
