"""One rule per model of the study, so that a profile can give each its own GPU, threads and time.

Needs: results/{study}/patches/{data}/{train,val}.h5 (features/ for detectors), the weights of the models it stands on, the
       parameter files of its losses and its network
       results/{study}/tables/leaks.csv (waited for, not read)
Gives: results/{study}/models/{model}/{model.safetensors,card.json,history.csv}
The state of a run lives undeclared in results/{study}/state, or Snakemake would delete it with a
failed job. Exit code 85 (time is up, state saved) is a failure to Snakemake; `retries` goes on.
"""

# Without a wildcard: Snakemake finds the rule of a file by the fixed start of its name.
HOME = f"results/{STUDY.study}"

for model in MODELS:

    rule:
        name:
            f"train_{model}"
        input:
            train=f"{trained_from(model)}/train.h5",
            val=f"{trained_from(model)}/val.h5",
            parents=[
                f"{HOME}/models/{parent}/model.safetensors"
                for parent in STUDY.models[model].parents.values()
            ],
            parameters=files_to_train(model),
            leaks=ancient(f"{HOME}/tables/leaks.csv"),
        output:
            weights=f"{HOME}/models/{model}/model.safetensors",
            card=f"{HOME}/models/{model}/card.json",
            history=f"{HOME}/models/{model}/history.csv",
        log:
            f"{HOME}/logs/train-{model}.txt",
        benchmark:
            f"{HOME}/benchmarks/train-{model}.tsv"
        retries: STUDY.models[model].resources.retries
        conda:
            "../../envs/train.yaml"
        threads: STUDY.models[model].resources.threads
        resources:
            **gpus_of(STUDY.models[model].resources.gpu),
            local_gpu=local_gpus(STUDY.models[model].resources.gpu),
            runtime=STUDY.models[model].resources.runtime,
            mem_mb=growing(STUDY.models[model].resources.mem_mb),
        params:
            run=json.dumps(STUDY.run_of(model)),
            parents=[
                f"--{key.replace('_', '-')}={HOME}/models/{parent}"
                for key, parent in STUDY.models[model].parents.items()
            ],
            code=fingerprint(*modules_of_run(STUDY.run_of(model))),
            seconds=seconds_of,
            launch=launcher_of,
            processes=processes_of,
            scratch=scratch_of,
            study=STUDY.study,
        shell:
            """
            LAUNCH={params.launch:q} unjpeg train \
                --run {params.run:q} \
                --patches $(dirname {input.train:q}) \
                --output $(dirname {output.weights:q}) \
                --state results/{params.study}/state \
                {params.parents} \
                --parameters resources/metrics \
                --max-seconds {params.seconds} \
                --threads {threads} \
                --devices {params.processes} \
                {params.scratch} \
                2>&1 | tee -i {log:q}
            """
