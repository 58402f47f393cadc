"""No test image in the training, unless the config says why: a study that leaks stops here.

Needs: manifest and split of every data set that a model is trained, validated or tested on.
Gives: results/{study}/tables/leaks.csv, the leaks that are allowed
Patches and trainings wait for it, as `ancient`: another test set does not train anything again. Snakemake
does not look at what changed in jobs behind a job that runs; after a checkpoint it looks again.
"""


checkpoint leaks:
    input:
        train=expand(
            "resources/datasets/{dataset}/manifest.json", dataset=STUDY.trained_on
        ),
        train_splits=expand(
            "results/{{study}}/splits/{dataset}.csv", dataset=STUDY.trained_on
        ),
        test=expand("resources/datasets/{dataset}/manifest.json", dataset=SETS),
        test_splits=expand("results/{{study}}/splits/{dataset}.csv", dataset=SETS),
    output:
        "results/{study}/tables/leaks.csv",
    log:
        "results/{study}/logs/leaks.txt",
    benchmark:
        "results/{study}/benchmarks/leaks.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        allowed=json.dumps([pair.model_dump() for pair in STUDY.leaks_allowed]),
        code=code("unjpeg.steps.leaks"),
    shell:
        """
        unjpeg leaks \
            --train {input.train:q} \
            --train-splits {input.train_splits:q} \
            --test {input.test:q} \
            --test-splits {input.test_splits:q} \
            --allowed {params.allowed:q} \
            --output {output:q} \
            >{log:q} 2>&1
        """
