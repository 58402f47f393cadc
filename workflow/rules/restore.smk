"""What each model makes of each degraded set.

Needs: results/{study}/models/{model}/, results/{study}/degraded/{dataset}/{degradation}.h5
Gives: results/{study}/restored/{model}/{dataset}/{degradation}.h5
"""


rule restore:
    input:
        weights="results/{study}/models/{model}/model.safetensors",
        card="results/{study}/models/{model}/card.json",
        images="results/{study}/degraded/{dataset}/{degradation}.h5",
    output:
        "results/{study}/restored/{model}/{dataset}/{degradation}.h5",
    log:
        "results/{study}/logs/restore/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/restore/{model}/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/train.yaml"
    resources:
        runtime=120,
        mem_mb=8000,
    params:
        code=code("unjpeg.steps.restore", "unjpeg.models.{arch}"),
    shell:
        """
        unjpeg restore \
            --model results/{wildcards.study}/models/{wildcards.model} \
            --images {input.images:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
