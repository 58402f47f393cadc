"""One rule per model of the study, so that a profile can give each its own GPU, threads and time.

Needs: results/{study}/patches/{data}/{train,val}.h5 (features/ for detectors), the weights of the models it stands on, the
       parameter files of its losses and its network
       results/{study}/tables/leaks.csv (waited for, not read)
Gives: results/{study}/models/{model}/{model.safetensors,card.json,history.csv}
The state of a run lives undeclared in results/{study}/state, or Snakemake would delete it with a
failed job. Exit code 85 (time is up, state saved) is a failure to Snakemake; `retries` goes on.
"""

for model in MODELS:

    rule:
        name:
            f"train_{model}"
        input:
            train=f"{trained_from(model)}/train.h5",
            val=f"{trained_from(model)}/val.h5",
            parents=[
                f"results/{{study}}/models/{parent}/model.safetensors"
                for parent in STUDY.models[model].parents.values()
            ],
            parameters=files_to_train(model),
            leaks=ancient("results/{study}/tables/leaks.csv"),
        output:
            weights=f"results/{{study}}/models/{model}/model.safetensors",
            card=f"results/{{study}}/models/{model}/card.json",
            history=f"results/{{study}}/models/{model}/history.csv",
        log:
            f"results/{{study}}/logs/train-{model}.txt",
        benchmark:
            f"results/{{study}}/benchmarks/train-{model}.tsv"
        retries: 3
        conda:
            "../../envs/train.yaml"
        threads: 8
        resources:
            gpu=1,
            runtime=720,
            mem_mb=16000,
        params:
            run=json.dumps(STUDY.run_of(model)),
            parents=[
                f"--{key.replace('_', '-')}=results/{STUDY.study}/models/{parent}"
                for key, parent in STUDY.models[model].parents.items()
            ],
            code=fingerprint(*modules_of_run(STUDY.run_of(model))),
            seconds=seconds_of,
            folder=f"results/{STUDY.study}/models/{model}",
        shell:
            """
            unjpeg train \
                --run {params.run:q} \
                --patches $(dirname {input.train:q}) \
                --output {params.folder} \
                --state results/{wildcards.study}/state \
                {params.parents} \
                --parameters resources/metrics \
                --max-seconds {params.seconds} \
                --threads {threads} \
                2>&1 | tee -i {log:q}
            """
