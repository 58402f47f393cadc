"""Images and parameter files on this machine, and the division of images.

Needs: config/datasets.yaml, config/metrics.yaml, the network (these two rules alone).
Gives: resources/datasets/{dataset}/manifest.json, resources/metrics/{metric}.json,
       results/{study}/splits/{dataset}.csv
"""


rule fetch:
    output:
        "resources/datasets/{dataset}/manifest.json",
    log:
        "resources/logs/fetch-{dataset}.txt",
    benchmark:
        "resources/benchmarks/fetch-{dataset}.tsv"
    localrule: True
    conda:
        "../../envs/data.yaml"
    # No `params`, which would fetch anew, and make all that stands on it, where words change.
    resources:
        entry=entry_of,
    params:
        entry=content_of,
        code=code("unjpeg.steps.fetch", "unjpeg.sources.{source}"),
    shell:
        """
        unjpeg fetch \
            --dataset {wildcards.dataset} \
            --entry {resources.entry:q} \
            --folder resources/datasets/{wildcards.dataset} \
            --manifest {output:q} \
            >{log:q} 2>&1
        """


rule parameters:
    output:
        "resources/metrics/{metric}.json",
    log:
        "resources/logs/parameters-{metric}.txt",
    benchmark:
        "resources/benchmarks/parameters-{metric}.tsv"
    localrule: True
    conda:
        "../../envs/data.yaml"
    # No `params`, which would fetch and train again where a model joins or leaves the readers.
    resources:
        wanted_by=users_of,
    params:
        entry=files_of,
        code=code("unjpeg.steps.parameters"),
    shell:
        """
        unjpeg parameters \
            --metric {wildcards.metric} \
            --entry {params.entry:q} \
            --wanted-by {resources.wanted_by:q} \
            --folder resources/metrics \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule split:
    input:
        manifest="resources/datasets/{dataset}/manifest.json",
        lists=lists_of,
    output:
        "results/{study}/splits/{dataset}.csv",
    log:
        "results/{study}/logs/split-{dataset}.txt",
    benchmark:
        "results/{study}/benchmarks/split-{dataset}.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        split=split_of,
        seed=STUDY.seed,
        code=code("unjpeg.steps.split"),
    shell:
        """
        unjpeg split \
            --manifest {input.manifest:q} \
            --split {params.split:q} \
            --seed {params.seed} \
            --output {output:q} \
            >{log:q} 2>&1
        """
