"""The processes of one training: a single one, several on this machine, or one per task of Slurm's `srun`."""

import os

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments import LightningEnvironment, SLURMEnvironment
from torch.nn.modules.batchnorm import _BatchNorm

from unjpeg.bfloat16 import native
from unjpeg.errors import UserError

# That the `srun` of this process started. SLURM_NTASKS stands in the environment of salloc and sbatch, too.
TASKS = int(os.environ.get("SLURM_STEP_NUM_TASKS", 1))


def first() -> bool:
    """Whether this process is the first of its training, or will be."""
    return os.environ.get("SLURM_PROCID" if TASKS > 1 else "LOCAL_RANK", "0") == "0"


def launched(device: str, processes: int, threads: int | None, plan: dict) -> Fabric:
    """Fabric in each process of a training, which together compute the gradient of one batch.

    device: auto, cpu or cuda. processes: on this machine, which this one starts; under an `srun` of several
    tasks these are the processes. threads: of the CPU, for all processes that this one starts. plan: the run.
    Its precision is what `precision_on` the device makes of the run's.
    Errors: `UserError` for a batch that they cannot share evenly: it would be another gradient.
    """
    nodes = int(os.environ["SLURM_STEP_NUM_NODES"]) if TASKS > 1 else 1
    if TASKS > 1:
        environment, processes = SLURMEnvironment(), TASKS // nodes
    else:  # a job of one task, or no Slurm: Fabric would take the first for a wish to be started by srun
        environment = LightningEnvironment()
        threads = threads and max(1, threads // processes)
    if (batch := plan["train"]["batch"]) % (processes * nodes):
        raise UserError(f"train.batch {batch} cannot be shared evenly by {processes * nodes} processes")
    fabric = Fabric(
        accelerator=device,
        devices=processes,
        num_nodes=nodes,
        precision=precision_on(device, plan["train"]["precision"]),
        plugins=[environment],
    )
    fabric.launch()
    if threads:
        torch.set_num_threads(threads)
    return fabric


def precision_on(device: str, wanted: str) -> str:
    """Lightning's name of the precision on a device (auto, cpu or cuda): float32 where a CPU would imitate
    bfloat16."""
    if device == "auto":
        device = "cuda" if torch.accelerator.is_available() else "cpu"
    imitates = device == "cpu" and wanted == "bf16-mixed" and not native(torch.device("cpu"))
    return "32-true" if imitates else wanted


def share_norm(fabric: Fabric, model: torch.nn.Module, frozen: bool) -> torch.nn.Module:
    """The network with batch norm over the whole batch, not over a process's share of it.

    frozen: its statistics are used as they are. Errors: `UserError` on a CPU, where torch has no such thing.
    """
    if fabric.world_size == 1 or frozen or not any(isinstance(m, _BatchNorm) for m in model.modules()):
        return model
    if fabric.device.type == "cpu":
        raise UserError("--devices: on a CPU several processes cannot share batch norm; allowed: 1")
    return torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)
