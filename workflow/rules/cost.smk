"""What each tested model and each peer costs: parameters, multiply-adds, time and memory on this machine.

Needs: results/{study}/models/{model}/
Gives: results/{study}/cost/{model or peer}.json; its numbers differ from run to run, and only the tables,
       the figure of cost and the page are made of them
"""

COSTS = [
    f"results/{STUDY.study}/cost/{name}.json" for name in PAIRS if name not in KEPT
]


rule cost:
    input:
        weights="results/{study}/models/{model}/model.safetensors",
        card="results/{study}/models/{model}/card.json",
    output:
        "results/{study}/cost/{model}.json",
    log:
        "results/{study}/logs/cost/{model}.txt",
    benchmark:
        "results/{study}/benchmarks/cost/{model}.tsv"
    wildcard_constraints:
        model=one_of(NETWORKS),
    conda:
        "../../envs/train.yaml"
    threads: 1
    resources:
        runtime=60,
        mem_mb=growing(16000),
    params:
        code=code("unjpeg.steps.cost", "unjpeg.models.{arch}"),
    shell:
        """
        unjpeg cost \
            --model results/{wildcards.study}/models/{wildcards.model} \
            --threads {threads} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule cost_peer:
    output:
        "results/{study}/cost/{peer}.json",
    log:
        "results/{study}/logs/cost/{peer}.txt",
    benchmark:
        "results/{study}/benchmarks/cost/{peer}.tsv"
    conda:
        "../../envs/peers.yaml"
    resources:
        runtime=60,
        mem_mb=growing(4000),
    params:
        code=code("unjpeg.steps.cost_peer", "unjpeg.peers.{peer}"),
    shell:
        """
        unjpeg cost-peer \
            --peer {wildcards.peer} \
            --output {output:q} \
            >{log:q} 2>&1
        """
