"""What each model, and each peer, makes of each degraded set.

Needs: results/{study}/models/{model}/, results/{study}/degraded/{dataset}/{degradation}.h5
Gives: results/{study}/restored/{model or peer}/{dataset}/{degradation}.h5
"""


rule restore_set:
    input:
        weights="results/{study}/models/{model}/model.safetensors",
        card="results/{study}/models/{model}/card.json",
        images="results/{study}/degraded/{dataset}/{degradation}.h5",
    output:
        "results/{study}/restored/{model}/{dataset}/{degradation}.h5",
    log:
        "results/{study}/logs/restore-set/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/restore-set/{model}/{dataset}/{degradation}.tsv"
    wildcard_constraints:
        model="|".join(NETWORKS) or "-",
    conda:
        "../../envs/train.yaml"
    resources:
        runtime=120,
        mem_mb=growing(8000),
    params:
        code=code("unjpeg.steps.restore_set", "unjpeg.models.{arch}"),
    shell:
        """
        unjpeg restore-set \
            --model results/{wildcards.study}/models/{wildcards.model} \
            --images {input.images:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule restore_peer:
    input:
        "results/{study}/degraded/{dataset}/{degradation}.h5",
    output:
        "results/{study}/restored/{peer}/{dataset}/{degradation}.h5",
    log:
        "results/{study}/logs/restore-peer/{peer}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/restore-peer/{peer}/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/peers.yaml"
    resources:
        runtime=120,
        mem_mb=growing(4000),
    params:
        code=code("unjpeg.steps.restore_peer", "unjpeg.peers.{peer}"),
    shell:
        """
        unjpeg restore-peer \
            --peer {wildcards.peer} \
            --images {input:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
