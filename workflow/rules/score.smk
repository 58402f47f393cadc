"""One CSV per model, set and degradation: a row per image and metric. Model `none` is the JPEG itself.
A record beside it says with what the images were made and scored.

Needs: restored or degraded images, the clean ones, parameter files of the metrics that have some
Gives: results/{study}/scores/{model}/{dataset}/{degradation}.csv, .json
"""


rule score:
    input:
        images=images_of,
        manifest="resources/datasets/{dataset}/manifest.json",
        split="results/{study}/splits/{dataset}.csv",
        parameters=expand("resources/metrics/{metric}.json", metric=PARAMETRISED),
    output:
        scores="results/{study}/scores/{model}/{dataset}/{degradation}.csv",
        record="results/{study}/scores/{model}/{dataset}/{degradation}.json",
    log:
        "results/{study}/logs/score/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/score/{model}/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/score.yaml"
    resources:
        runtime=120,
        mem_mb=growing(8000),
    params:
        metrics=STUDY.test.metrics,
        protocols=STUDY.test.protocols,
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
            --protocols {params.protocols} \
            --parameters resources/metrics \
            --output {output.scores:q} \
            >{log:q} 2>&1
        """
