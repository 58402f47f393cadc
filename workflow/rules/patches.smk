"""Training patches and whole validation images, in aligned clean and degraded pairs.

Needs: manifest and split of every data set of an entry of `data`.
Gives: results/{study}/patches/{data}/train.h5, results/{study}/patches/{data}/val.h5
"""


rule patches:
    input:
        manifests=sets_of("resources/datasets/{dataset}/manifest.json"),
        splits=sets_of("results/{study}/splits/{dataset}.csv"),
        leaks=ancient("results/{study}/tables/leaks.csv"),
    output:
        train="results/{study}/patches/{data}/train.h5",
        val="results/{study}/patches/{data}/val.h5",
    log:
        "results/{study}/logs/patches-{data}.txt",
    benchmark:
        "results/{study}/benchmarks/patches-{data}.tsv"
    conda:
        "../../envs/data.yaml"
    threads: 2
    params:
        data=data_of,
        seed=STUDY.seed,
        code=code("unjpeg.steps.patches"),
    shell:
        """
        unjpeg patches \
            --data {params.data:q} \
            --seed {params.seed} \
            --manifests {input.manifests:q} \
            --splits {input.splits:q} \
            --threads {threads} \
            --output results/{wildcards.study}/patches/{wildcards.data} \
            >{log:q} 2>&1
        """
