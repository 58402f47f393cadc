"""The loop that all recipes share: steps, history, the best weights, saving, stopping and going on.

Every step depends on (seed, step) and the state alone, so a resumed run repeats an uninterrupted one
bit by bit on a CPU, whenever it was stopped.
"""

from collections.abc import Callable

import numpy as np
import torch
from lightning_fabric import Fabric

from unjpeg.errors import UserError
from unjpeg.training.job import Job
from unjpeg.training.learner import NonFiniteError
from unjpeg.training.optimise import learning_rate
from unjpeg.training.progress import Progress


def loop(
    job: Job,
    update: Callable[[int, float], dict[str, float]],
    parts: dict[str, object],
    judged: torch.nn.Module,
    judge: Callable[[], dict[str, float]],
    places: Callable[[int], np.ndarray],
    best_by: str = "val_psnr",
) -> dict | None:
    """{"weights", "history", "kept_step", "seconds"} of a finished run; None where the clock stopped it.

    update(step, lr): one step; gives values, `loss` among them, whose means stand in the history.
    parts: all that changes from step to step, by name: objects with state_dict and load_state_dict.
    judged: the network whose weights are kept; judge(): its scores; places(step): of the step's
    patches; best_by: a column of the history.
    """
    fabric, state, clock, settings = job.fabric, job.state, job.clock, job.settings
    steps, every = settings["steps"], settings["val_every"]
    parts = {**parts, "precision": fabric.strategy.precision}
    step, history, sums, best, before = 0, [], {}, None, 0.0
    if saved := fabric.broadcast(state.load() if fabric.is_global_zero else None):  # all from the same
        step, history, sums, best, before = (saved[k] for k in ("step", "history", "sums", "best", "seconds"))
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        job.say(f"goes on after step {step} of {steps} ({state.folder})")

    def now() -> dict[str, dict]:
        return {name: part.state_dict() for name, part in parts.items()}

    def save() -> None:
        if fabric.is_global_zero:
            counted = {"step": step, "history": history, "sums": sums, "best": best}
            state.save(step, {**counted, "seconds": before + clock.seconds, **now()})

    def done() -> bool:
        patience = settings["patience"]
        return step >= steps or bool(patience and best and step - best["step"] >= patience * every)

    progress, last_save = Progress(job.run["model"], step, steps), clock.seconds
    while not done():
        torch.manual_seed(job.run["seed"] * 1_000_003 + step)  # dropout: a function of the step
        lr = learning_rate(step, settings)
        try:
            values = update(step, lr)
        except NonFiniteError as error:
            raise _stopped(job, step, places(step), now(), error) from None
        values = _of_all(fabric, values)
        step, sums = step + 1, {k: sums.get(k, 0.0) + v for k, v in values.items()}

        if step % every == 0 or step == steps:
            since = step - (history[-1]["step"] if history else 0)
            means = {name: value / since for name, value in sums.items()}
            history.append({"step": step, "lr": lr, **means, **judge()})
            sums = {}
            if best is None or history[-1][best_by] > best["score"]:
                best = {"score": history[-1][best_by], "step": step, "weights": copy_of(judged)}
        if fabric.is_global_zero:
            progress(step, _shown(values, history), force=done())
        reason = fabric.broadcast(clock.reason) if fabric.world_size > 1 else clock.reason
        if reason and not done():
            save()
            progress.close()
            job.say(f"stopped after step {step} of {steps}: {reason}; the same command goes on")
            return None
        if clock.seconds - last_save > job.save_every:
            save()
            last_save = clock.seconds
    progress.close()
    save()
    kept = best if settings["select"] == "best" else {"weights": copy_of(judged), "step": step}
    return {
        "weights": kept["weights"],
        "history": history,
        "kept_step": kept["step"],
        "seconds": before + clock.seconds,
    }


def _of_all(fabric: Fabric, values: dict[str, float]) -> dict[str, float]:
    """Means over the processes, each of which saw its share of the batch."""
    if fabric.world_size == 1:
        return values
    means = fabric.all_reduce(torch.tensor([float(v) for v in values.values()], device=fabric.device))
    return dict(zip(values, means.tolist()))


def copy_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights as they are now, on the CPU."""
    return {k: v.detach().cpu().clone().contiguous() for k, v in model.state_dict().items()}


def _shown(values: dict, history: list[dict]) -> str:
    now = ", ".join(f"{name} {value:.3g}" for name, value in values.items())
    last = history[-1] if history else {}
    if "val_gain" in last:
        return f"{now}, val {last['val_gain']:+.2f} dB"
    return f"{now}, val accuracy {last['val_accuracy']:.3f}" if "val_accuracy" in last else now


def _stopped(job: Job, step: int, places: np.ndarray, parts: dict, error: NonFiniteError) -> UserError:
    """A broken run must not go on quietly: keep the batch and the networks that it met, and say where."""
    arrays = {name: a for name, a in vars(job.patches).items() if isinstance(a, np.ndarray)}
    batch = {name: torch.from_numpy(np.array(a[places])) for name, a in arrays.items()}
    met = {"seed": job.run["seed"], "step": step, "places": torch.from_numpy(places), "batch": batch}
    rank = f"-rank-{job.fabric.global_rank}" if job.fabric.world_size > 1 else ""
    path = job.state.write(f"non-finite-step-{step}{rank}.pt", {**met, **parts})
    return UserError(
        f"{error} at step {step}; its patches and the weights before it are in {path}; "
        "states saved before it are kept; a lower lr or `clip` may help"
    )
