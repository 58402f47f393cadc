"""What Snakemake knows of earlier runs is kept beside the results, and held against their records. No rule.

Needs: results/{study}/**/.*.record.json, which every verb leaves beside its output
Gives: results/{study}/.snakemake/, Snakemake's metadata; marks in .snakemake/incomplete/
"""

from unjpeg.chain import snakemake as memory

HERE = Path(f"results/{STUDY.study}")
if workflow.is_main_process:
    if memory.recall(HERE):
        logger.info("Snakemake's memory of earlier runs is back from its copy.")
    for name in memory.doubt(HERE, Path("resources")):
        logger.warning(f"{name}: not what its record says; it is made again.")


onsuccess:
    memory.keep(HERE)


onerror:
    memory.keep(HERE)
