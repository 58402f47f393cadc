"""unjpeg: from images to tables.

    snakemake --cores all                                    the full study (config/config.yaml)
    snakemake --cores all --configfile config/tiny.yaml      the tiny one: no network, minutes on 2 cores
    snakemake --cores all download                           everything that comes from the network
    snakemake -n                                             what would be done, and why

What stands where: results/README.md. What can be set: config/README.md.
"""

# A study is one file: it replaces the default instead of being merged into it.
if not workflow.overwrite_configfiles and "study" not in config:

    configfile: workflow.source_path("config/config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/memory.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/degrade.smk"
include: "workflow/rules/leaks.smk"
include: "workflow/rules/patches.smk"
include: "workflow/rules/cluster.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/import.smk"
include: "workflow/rules/restore.smk"
include: "workflow/rules/cost.smk"
include: "workflow/rules/detect.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/results.smk"


rule all:
    default_target: True
    input:
        f"results/{STUDY.study}/report.html",
        f"results/{STUDY.study}/tables/scores.csv",
    localrule: True


rule download:
    input:
        expand("resources/datasets/{dataset}/manifest.json", dataset=STUDY.used_sets),
        expand(
            "resources/metrics/{metric}.json",
            metric=sorted({*PARAMETRISED, *TRAINED_WITH, *IMPORTED_FROM}),
        ),
    localrule: True
