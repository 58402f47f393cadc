"""One CSV per model, set and degradation: a row per image and metric. Model `none` is the JPEG itself.

Needs: restored or degraded images, the clean ones, parameter files of the metrics that have some
Gives: results/{study}/scores/{model}/{dataset}/{degradation}.csv
"""


rule score:
    input:
        images=images_of,
        manifest="resources/datasets/{dataset}/manifest.json",
        split="results/{study}/splits/{dataset}.csv",
        parameters=expand("resources/metrics/{metric}.json", metric=PARAMETRISED),
    output:
        "results/{study}/scores/{model}/{dataset}/{degradation}.csv",
    log:
        "results/{study}/logs/score/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/score/{model}/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/score.yaml"
    resources:
        runtime=120,
        mem_mb=8000,
    params:
        metrics=STUDY.test.metrics,
        code=code(
            "unjpeg.steps.score", *(f"unjpeg.metrics.{m}" for m in STUDY.test.metrics)
        ),
    shell:
        """
        unjpeg score \
            --study {wildcards.study} \
            --model {wildcards.model} \
            --images {input.images:q} \
            --manifest {input.manifest:q} \
            --split {input.split:q} \
            --metrics {params.metrics} \
            --parameters resources/metrics \
            --output {output:q} \
            >{log:q} 2>&1
        """
