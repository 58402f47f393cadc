"""Supervised restoration: patches in, one loss, one optimiser, validation on whole images.

Every step depends on (seed, step) and the state alone, so a resumed run repeats an uninterrupted one
bit by bit on a CPU, whenever it was stopped.
"""

import math
from collections.abc import Callable
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from unjpeg import losses
from unjpeg.errors import UserError
from unjpeg.training.batches import Batches
from unjpeg.training.clock import Clock
from unjpeg.training.optimise import learning_rate, optimiser, set_learning_rate
from unjpeg.training.progress import Progress
from unjpeg.training.state import State
from unjpeg.training.validation import Validation


def train(
    run: dict,
    model: torch.nn.Module,
    patches: object,
    validation: Validation,
    state: State,
    clock: Clock,
    fabric: Fabric,
    say: Callable[[str], None],
    save_every: float = 60.0,
) -> dict | None:
    """{"weights", "history", "best_step", "seconds"} of a finished run; None where the clock stopped it."""
    settings = run["train"]
    loss_of, steps, every = losses.load(settings["loss"]), settings["steps"], settings["val_every"]
    model = model.to(fabric.device, memory_format=torch.channels_last)
    ema = settings["ema"] and AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(settings["ema"]))
    wrapped, optimizer = fabric.setup(model, optimiser(model, settings))
    batches = Batches(patches, settings["batch"], run["seed"], fabric.global_rank, fabric.world_size)
    judged = ema.module if ema else model

    step, history, losses_sum, best, before = 0, [], 0.0, None, 0.0
    if saved := state.load():
        step, history, losses_sum, best, before = (
            saved[k] for k in ("step", "history", "losses", "best", "seconds")
        )
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        fabric.strategy.precision.load_state_dict(saved["precision"])
        if ema:
            ema.load_state_dict(saved["ema"])
        say(f"goes on after step {step} of {steps} ({state.folder})")
    fabric.barrier()  # nobody may save, and drop old states, while another still reads

    def save() -> None:
        if fabric.is_global_zero:
            state.save(
                step,
                {
                    "step": step,
                    "history": history,
                    "losses": losses_sum,
                    "best": best,
                    "seconds": before + clock.seconds,
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "precision": fabric.strategy.precision.state_dict(),
                    "ema": ema.state_dict() if ema else None,
                },
            )

    progress, last_save = Progress(run["model"], step, steps), clock.seconds
    wrapped.train()
    while step < steps:
        torch.manual_seed(run["seed"] * 1_000_003 + step)  # dropout: a function of the step
        lr = learning_rate(step, settings)
        set_learning_rate(optimizer, lr)
        degraded, clean = batches.read(step, fabric.device)
        loss = loss_of(wrapped(degraded.to(memory_format=torch.channels_last)), clean)
        optimizer.zero_grad()
        fabric.backward(loss)
        if settings["clip"]:
            fabric.clip_gradients(wrapped, optimizer, max_norm=settings["clip"])
        optimizer.step()
        if ema:
            ema.update_parameters(model)
        value = loss.item()
        if not math.isfinite(value):
            _keep_batch(state.folder, step, batches.indices(step), value)
        step, losses_sum = step + 1, losses_sum + value

        if step % every == 0 or step == steps:
            since = step - (history[-1]["step"] if history else 0)
            score = validation(judged, fabric.device)
            history.append(
                {
                    "step": step,
                    "lr": lr,
                    "loss": losses_sum / since,
                    "val_psnr": score,
                    "val_gain": score - validation.baseline,
                }
            )
            losses_sum = 0.0
            if best is None or score > best["score"]:
                best = {"score": score, "step": step, "weights": _copy(judged)}
        shown = f"val {history[-1]['val_gain']:+.2f} dB" if history else "no validation yet"
        progress(step, f"loss {value:.3g}, {shown}", force=step == steps)
        reason = fabric.broadcast(clock.reason) if fabric.world_size > 1 else clock.reason
        if reason and step < steps:
            save()
            progress.close()
            say(f"stopped after step {step} of {steps}: {reason}; the same command goes on")
            return None
        if clock.seconds - last_save > save_every:
            save()
            last_save = clock.seconds
    progress.close()
    save()
    weights = best["weights"] if settings["select"] == "best" else _copy(judged)
    return {
        "weights": weights,
        "history": history,
        "best_step": best["step"],
        "seconds": before + clock.seconds,
    }


def _copy(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {k: v.detach().cpu().clone().contiguous() for k, v in model.state_dict().items()}


def _keep_batch(folder: Path, step: int, places: object, value: float) -> None:
    """Say which patches made the loss explode, then stop: a broken run must not go on quietly."""
    path = folder / f"non-finite-step-{step}.txt"
    path.write_text("\n".join(map(str, places)) + "\n")
    raise UserError(
        f"the loss is {value} at step {step}; the places of its patches are in {path}; "
        "states saved before it are kept; a lower lr or `clip` may help"
    )
