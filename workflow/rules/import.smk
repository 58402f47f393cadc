"""Models of the weights that the authors of networks gave out: nothing is trained.

Needs: resources/metrics/{entry}.json and the file that it speaks of; `dncnn3@authors` is of the entry dncnn3
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
        model="|".join(IMPORTED) or "-",
    conda:
        "../../envs/report.yaml"
    params:
        file=file_imported,
        code=code("unjpeg.steps.import"),
    shell:
        """
        unjpeg import \
            {params.file:q} \
            --output $(dirname {output.weights:q}) \
            >{log:q} 2>&1
        """
