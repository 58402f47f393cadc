"""The processes of one training: a single one, several on this machine, or one per task of Slurm's `srun`."""

import os

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments import LightningEnvironment, SLURMEnvironment


def launched(device: str, processes: int, threads: int | None, precision: str) -> Fabric:
    """Fabric in each process of a training, which together compute the gradient of one batch.

    device: auto, cpu or cuda. processes: on this machine, which this one starts; under an `srun` of several
    tasks these are the processes. threads: of the CPU, for all processes that this one starts.
    """
    tasks, nodes = (int(os.environ.get(f"SLURM_{name}", 1)) for name in ("NTASKS", "NNODES"))
    if tasks > 1:
        environment, processes = SLURMEnvironment(), tasks // nodes
    else:  # a job of one task, or no Slurm: Fabric would take the first for a wish to be started by srun
        environment, nodes = LightningEnvironment(), 1
        threads = threads and max(1, threads // processes)
    fabric = Fabric(
        accelerator=device, devices=processes, num_nodes=nodes, precision=precision, plugins=[environment]
    )
    fabric.launch()
    if threads:
        torch.set_num_threads(threads)
    return fabric
