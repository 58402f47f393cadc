"""The test images as JPEG bytes, one file per set and degradation.

Needs: resources/datasets/{dataset}/manifest.json, results/{study}/splits/{dataset}.csv
Gives: results/{study}/degraded/{dataset}/{degradation}.h5
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
