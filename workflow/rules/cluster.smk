"""What a training makes of the resources that the study, or a profile, gives it. No rule.

Functions of `resources` are no reason to run a job again (Snakemake: derived parameters).
"""

# Without a limit Snakemake starts every training at once. With several GPUs: --resources local_gpu=4; each training
# then leases its own (docs/architecture.md). No profile says so: it would overrule `resources` of a cluster's.
if "local_gpu" not in workflow.global_resources:
    workflow.register_resource("local_gpu", 1)


def on_this_machine():
    """Whether Snakemake runs the jobs itself; known when jobs are planned, not yet when rules are read."""
    return workflow.is_main_process and workflow.local_exec


def growing(mem_mb):
    """Memory of a job, as much again at each retry: it may have been killed for want of it."""
    return lambda wildcards, attempt: mem_mb * attempt


def gpus_of(count):
    """The GPUs of a training, in the words of each engine: Slurm's, HTCondor's, LSF's."""
    words = {"gpu": count, "request_gpus": count}
    return {**words, "lsf_extra": f"-gpu num={count}"} if count else words


def local_gpus(count):
    """GPUs of this machine that a training takes, which are limited; a cluster counts by itself."""
    return lambda wildcards: count if on_this_machine() else 0


def seconds_of(wildcards, resources):
    """A training stops itself five minutes before its `runtime` (minutes) is over."""
    return max(60, resources.runtime * 60 - 300)


def processes_of(wildcards, resources):
    """Processes that share each batch of a training: one per GPU, one where it asks for none."""
    gpus = resources.local_gpu if on_this_machine() else resources.get("gpu", 0)
    return max(1, gpus)


def launcher_of(wildcards, resources, threads):
    """Starts one process per task on every node, where a profile says by what: `mpi: srun`."""
    if "mpi" not in resources.keys():
        return ""
    tasks = [k for k in ("tasks_per_node", "tasks") if k in resources.keys()]
    if len(tasks) != 1 or "nodes" not in resources.keys():
        raise WorkflowError(
            "resources: mpi wants nodes beside it, and tasks_per_node or tasks"
        )
    words = [resources.mpi, f"--nodes={resources.nodes}"]
    words += [f"--n{tasks[0].replace('_', '-')}={resources.get(tasks[0])}"]
    words += [f"--cpus-per-task={threads}"]
    return " ".join(
        [*words, f"--gres={resources.gres}"] if "gres" in resources.keys() else words
    )


def scratch_of(wildcards, resources):
    """Whether a training reads a copy of its patches in the temporary folder of its node."""
    return "--scratch" if resources.get("scratch", 0) else ""
