"""What a training is given by the machine that it runs on."""

from pydantic import Field, NonNegativeInt, PositiveInt

from unjpeg.config.load import Section


class Resources(Section):
    """Of one training job; no part of what it computes, so a change reruns nothing."""

    threads: PositiveInt = Field(8, description="CPU threads; Snakemake lowers them to the cores there are.")
    gpu: NonNegativeInt = Field(
        1,
        description="GPUs, which share each batch; without a cluster lowered to one, or what "
        "`--resources local_gpu=4` says. Where a machine has none, as many processes share it.",
    )
    runtime: PositiveInt = Field(
        720, description="Minutes; five before their end it saves its state, and goes on in the next try."
    )
    retries: NonNegativeInt = Field(
        3, description="How often it is tried again, also to go on after `runtime`; a profile's do not count."
    )
    mem_mb: PositiveInt = Field(
        16000, description="Memory, in units of 1,000,000 bytes; as much again at each retry."
    )
