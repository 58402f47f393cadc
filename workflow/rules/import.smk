"""Models of the weights that the authors of networks gave out: nothing is trained.

Needs: resources/metrics/{entry}.json and the file that it speaks of; `dncnn3@authors` is of the entry dncnn3
Gives: results/{study}/models/{model}/{model.safetensors,card.json}
"""

IMPORTED_FROM = [imported.entry_of(model) for model in IMPORTED]


def entry_imported(wildcards):
    """What says that the file of an imported model is here, and which."""
    return f"resources/metrics/{imported.entry_of(wildcards.model)}.json"


def file_imported(wildcards):
    """The file itself, which the rule `parameters` leaves undeclared."""
    (file,) = METRICS[imported.entry_of(wildcards.model)].files
    return f"resources/metrics/{file.place}/{file.file}"


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
