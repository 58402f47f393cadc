"""Detectors: the features that they are trained on, what they say of the test sets, and how often rightly.

Needs: manifests and splits of an entry of `data`; detectors' weights; degraded test sets
Gives: results/{study}/features/{data}/{train,val}.h5
       results/{study}/detected/{model}/{dataset}/{degradation}.csv
       results/{study}/tables/detection.csv, results/{study}/plots/calibration/{model}.svg
"""

# Of each detector that a test set reaches.
ANSWERS = [
    (model, f"results/{STUDY.study}/detected/{model}/{dataset}/{degradation}.csv")
    for dataset in SETS
    for degradation in degradations_of(dataset)
    for model in models_under(degradation, "detect")
]
DETECTED = [path for _, path in ANSWERS]
DETECTORS = sorted(dict(ANSWERS), key=NETWORKS.index)
DETECTION = [f"results/{STUDY.study}/tables/detection.csv"] if DETECTED else []


rule featurise:
    input:
        manifests=sets_of("resources/datasets/{dataset}/manifest.json"),
        splits=sets_of("results/{study}/splits/{dataset}.csv"),
    output:
        train="results/{study}/features/{data}/train.h5",
        val="results/{study}/features/{data}/val.h5",
    log:
        "results/{study}/logs/featurise-{data}.txt",
    benchmark:
        "results/{study}/benchmarks/featurise-{data}.tsv"
    conda:
        "../../envs/data.yaml"
    params:
        data=data_of,
        seed=STUDY.seed,
        code=code("unjpeg.steps.featurise"),
    shell:
        """
        unjpeg featurise \
            --data {params.data:q} \
            --seed {params.seed} \
            --manifests {input.manifests:q} \
            --splits {input.splits:q} \
            --output results/{wildcards.study}/features/{wildcards.data} \
            >{log:q} 2>&1
        """


rule detect:
    input:
        weights="results/{study}/models/{model}/model.safetensors",
        card="results/{study}/models/{model}/card.json",
        images="results/{study}/degraded/{dataset}/{degradation}.h5",
    output:
        "results/{study}/detected/{model}/{dataset}/{degradation}.csv",
    log:
        "results/{study}/logs/detect/{model}/{dataset}/{degradation}.txt",
    benchmark:
        "results/{study}/benchmarks/detect/{model}/{dataset}/{degradation}.tsv"
    conda:
        "../../envs/train.yaml"
    params:
        code=code("unjpeg.steps.detect", "unjpeg.models.{arch}"),
    shell:
        """
        unjpeg detect {input.images:q} \
            --model results/{wildcards.study}/models/{wildcards.model} \
            --output {output:q} \
            >{log:q} 2>&1
        """


rule detections:
    input:
        DETECTED,
    output:
        table=report(
            "results/{study}/tables/detection.csv",
            caption="../report/detection.rst",
            category="Tables",
        ),
        plots=report(
            expand("results/{{study}}/plots/calibration/{model}.svg", model=DETECTORS),
            caption="../report/calibration.rst",
            category="Curves",
        ),
    log:
        "results/{study}/logs/detections.txt",
    benchmark:
        "results/{study}/benchmarks/detections.tsv"
    conda:
        "../../envs/report.yaml"
    params:
        code=code("unjpeg.steps.detections"),
    shell:
        """
        unjpeg detections \
            --found {input:q} \
            --table {output.table:q} \
            --plots results/{wildcards.study}/plots/calibration \
            >{log:q} 2>&1
        """
