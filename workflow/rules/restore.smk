"""What each model, and each peer, makes of each degraded set.

Needs: results/{study}/models/{model}/, results/{study}/degraded/{dataset}/{degradation}.h5
Gives: results/{study}/restored/{model or peer}/{dataset}/{degradation}.h5; a model that is `photo+file` is
       what `photo` gave, kept to the files
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
        model=one_of({*NETWORKS, *BEHIND} - {*KEPT}),
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


# What `unjpeg restore` does after the network.
rule keep_set:
    input:
        restored="results/{study}/restored/{model}/{dataset}/{degradation}.h5",
        images="results/{study}/degraded/{dataset}/{degradation}.h5",
    output:
        f"results/{{study}}/restored/{{model}}{shipped.KEPT}/{{dataset}}/{{degradation}}.h5",
    log:
        "results/{study}/logs/keep-set/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/keep-set/{model}/{dataset}/{degradation}.tsv"
    wildcard_constraints:
        model=one_of(map(shipped.network_of, KEPT)),
    conda:
        "../../envs/peers.yaml"
    resources:
        runtime=120,
        mem_mb=growing(4000),
    params:
        code=code("unjpeg.steps.keep_set"),
    shell:
        """
        unjpeg keep-set \
            --restored {input.restored:q} \
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
