"""Train one model, or go on where it was stopped.

Runs without Snakemake and without a network from one folder: this package, the patches, the run as JSON
(`unjpeg show-run` prints it). Exit code 85: stopped with its state saved; the same command goes on.
"""

import argparse
import csv
import io
import json
import platform
import sys
from pathlib import Path

from unjpeg import record
from unjpeg.atomic import write_text
from unjpeg.errors import UserError
from unjpeg.training.clock import Clock
from unjpeg.training.identity import WEIGHTS, files_of_run, made_of_run
from unjpeg.training.lease import lease

APART = ("state", "parameters")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run", required=True, metavar="JSON", help="the resolved run, as JSON or a file of it"
    )
    parser.add_argument(
        "--patches",
        required=True,
        type=Path,
        help="folder with train.h5 and val.h5 of `unjpeg patches`, or of `featurise` for a detector",
    )
    parser.add_argument("--output", required=True, type=Path, help="folder for weights, card and history")
    parser.add_argument("--state", required=True, type=Path, help="folder in which the run keeps its state")
    parser.add_argument(
        "--start-from", type=Path, metavar="DIR", help="trained model whose weights are the start"
    )
    parser.add_argument(
        "--restorer", type=Path, metavar="DIR", help="trained model whose output a critic learns to tell"
    )
    parser.add_argument("--critic", type=Path, metavar="DIR", help="trained critic that judges")
    parser.add_argument(
        "--parameters", type=Path, metavar="DIR", help="folder of the files of losses that have any"
    )
    parser.add_argument(
        "--scratch", action="store_true", help="read a copy of the patches in the temporary folder (TMPDIR)"
    )
    parser.add_argument("--max-seconds", type=float, help="stop with exit code 85 after so many seconds")
    parser.add_argument("--save-every", type=float, default=60, help="seconds between two states (60)")
    parser.add_argument(
        "--threads", type=int, help="CPU threads, over all --devices (OMP_NUM_THREADS, or torch's choice)"
    )
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda"), help="where to train (auto)"
    )
    parser.add_argument(
        "--devices",
        type=int,
        default=1,
        help="GPUs, or processes on a CPU, that share each batch (1); under srun its tasks",
    )


def run(args: argparse.Namespace) -> int:
    clock = Clock(args.max_seconds)
    if args.device != "cpu" and not lease(args.devices, _say, clock):
        return clock.exit_code
    return _train(args, clock)


def _train(args: argparse.Namespace, clock: Clock) -> int:
    import torch

    from unjpeg import losses, models, parameters, recipes
    from unjpeg.inference import check_device
    from unjpeg.training import slurm
    from unjpeg.training.job import Job
    from unjpeg.training.launch import first, launched, share_norm
    from unjpeg.training.modes import deterministic
    from unjpeg.training.plan import PARENTS, network, parents_of, read_plan, started
    from unjpeg.training.reading import near, opened
    from unjpeg.training.state import State

    plan = read_plan(args.run)
    folders = parents_of(plan, {key: getattr(args, key) for key in PARENTS})
    check_device(args.device)
    args.output.mkdir(parents=True, exist_ok=True)  # a folder that cannot be written is known before the work
    if plan["train"]["deterministic"]:
        deterministic()
    module, train = models.load(plan["arch"]), recipes.load(plan["recipe"])
    with near(args.patches, args.scratch, clock) as folder:
        if args.scratch and clock.reason:  # while it was copied
            return clock.exit_code
        patches, validation = opened(folder, module.CARD, plan["channels"])
    torch.manual_seed(plan["seed"])
    model = started(plan, folders.get("start_from"))
    others = {key: parent for key, parent in plan["parents"].items() if key != "start_from"}
    peers = {key: network(parent, folders[key]) for key, parent in others.items()}
    weights = plan["train"]["loss"]
    where = args.parameters or parameters.folder()
    if plan["pretrained"]:
        models.pretrain(plan["arch"], model, where)
    functions = {name: losses.load(name, where) for name in weights}
    files = files_of_run(plan, where)
    made_of = made_of_run(plan, (patches.digest, validation.digest), files, folders)
    # In a cluster the other owner is left of a Snakemake that was killed; elsewhere a person is told at once.
    waits = clock if slurm.job() else None
    say = _say if first() else _nothing
    state = State(args.state, made_of, say, first(), waits)
    if not state.ours:
        say(f"stopped before the first step: {clock.reason}; the same command goes on")
        return clock.exit_code
    fabric = launched(args.device, args.devices, args.threads, plan)
    precision = fabric.strategy.precision.precision
    if precision != plan["train"]["precision"]:
        say(f"train.precision {plan['train']['precision']}: no instructions for it here, so {precision}")
    model = share_norm(fabric, model, plan["train"]["freeze_norm"])
    if "critic" in peers:  # the only one of the others that learns
        peers["critic"] = share_norm(fabric, peers["critic"], False)
    weighted = {name: (weight, _on(fabric.device, functions[name])) for name, weight in weights.items()}
    job = Job(plan, model, patches, validation, state, clock, fabric, say, args.save_every, weighted, peers)
    try:
        result = train(job)
    except RuntimeError as error:
        if plan["train"]["deterministic"] and "deterministic" in str(error):
            raise UserError(f"train.deterministic: {str(error).split(',')[0]}; set it to false") from None
        raise
    if result is None:
        return clock.exit_code
    if not fabric.is_global_zero:
        return 0
    card = {
        **plan,
        "parameters": sum(p.numel() for p in model.parameters()),
        "kept_step": result["kept_step"],
        "steps": result["history"][-1]["step"],
        "patches": len(patches),
        "files": files,
        "code": made_of["code"],
        "run": state.digest,
        "device": fabric.device.type,
        "devices": fabric.world_size,
        "threads": torch.get_num_threads(),
        "precision": precision,
        "seconds": round(result["seconds"], 1),
        "versions": _versions(),
        "commit": record.commit(),
        "date": record.today(),
        **result.get("card", {}),
    }
    _write(args.output, card, result)
    return 0


def _write(folder: Path, card: dict, result: dict) -> None:
    from unjpeg.store.weights import write_weights

    table = io.StringIO()
    writer = csv.DictWriter(table, list(result["history"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(result["history"])
    weights = {k: v.numpy() for k, v in result["weights"].items()}
    write_weights(folder / WEIGHTS, weights, {"arch": card["arch"], "run": card["run"]})
    write_text(folder / "history.csv", table.getvalue())
    write_text(folder / "card.json", json.dumps(card, indent=1, sort_keys=True) + "\n")


def _on(device: object, loss: object) -> object:
    """A loss with weights, on the device; a plain function as it is."""
    return loss.to(device) if hasattr(loss, "to") else loss


def _versions() -> dict[str, str]:
    import h5py
    import lightning_fabric
    import numpy
    import torch

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "h5py": h5py.__version__,
        "lightning-fabric": lightning_fabric.__version__,
    }


def _nothing(text: str) -> None:
    """Of several processes the first speaks."""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
