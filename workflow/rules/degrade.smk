"""The test images as JPEG bytes, one file per set and degradation, and how many bytes that are.

Needs: resources/datasets/{dataset}/manifest.json, results/{study}/splits/{dataset}.csv
Gives: results/{study}/degraded/{dataset}/{degradation}.h5, results/{study}/rates/{dataset}.csv
"""


rule compress:
    input:
        manifest="resources/datasets/{dataset}/manifest.json",
        split="results/{study}/splits/{dataset}.csv",
    output:
        "results/{study}/degraded/{dataset}/{degradation}.h5",
    log:
        "results/{study}/logs/compress/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/compress/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        code=code("unjpeg.steps.compress"),
    shell:
        """
        unjpeg compress \
            --manifest {input.manifest:q} \
            --split {input.split:q} \
            --degradation {wildcards.degradation:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule rates:
    input:
        degraded_of,
    output:
        "results/{study}/rates/{dataset}.csv",
    log:
        "results/{study}/logs/rates-{dataset}.txt",
    benchmark:
        "results/{study}/benchmarks/rates-{dataset}.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        code=code("unjpeg.steps.rates"),
    shell:
        """
        unjpeg rates \
            --images {input:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
