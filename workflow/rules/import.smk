"""Models with weights that come with unjpeg, or that the authors of networks gave out: nothing is trained.

Needs: nothing, or resources/metrics/{entry}.json and its file; `dncnn3@authors` is of the entry dncnn3
Gives: results/{study}/models/{model}/{model.safetensors,card.json}
"""


rule import:
    input:
        entry_imported,
    output:
        weights="results/{study}/models/{model}/model.safetensors",
        card="results/{study}/models/{model}/card.json",
    log:
        "results/{study}/logs/import/{model}.txt",
    benchmark:
        "results/{study}/benchmarks/import/{model}.tsv"
    wildcard_constraints:
        model=one_of([*SHIPPED, *BEHIND, *IMPORTED]),
    conda:
        "../../envs/report.yaml"
    params:
        file=file_imported,
        shipped=digest_imported,
        code=code("unjpeg.steps.import"),
    shell:
        """
        unjpeg import \
            {params.file:q} \
            --output $(dirname {output.weights:q}) \
            >{log:q} 2>&1
        """
