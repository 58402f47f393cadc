"""The study, and what the rules ask of it. No rule stands here.

Needs: the config. Gives: STUDY, the lists that targets are made of, and `code`.
"""

import json
import re
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.0")
ROOT = (
    Path(workflow.basedir)
    if (Path(workflow.basedir) / "src").is_dir()
    else Path(workflow.basedir).parent
)
sys.path.insert(0, str(ROOT / "src"))

from unjpeg.config import imported, registry, shipped
from unjpeg.config.data import Split
from unjpeg.config.load import read_yaml
from unjpeg.config.seeds import seed_groups
from unjpeg.config.study import check_study
from unjpeg.errors import UserError
from unjpeg.metrics.protocol import check_used
from unjpeg.provenance import constant_of, fingerprint, modules_of_run, parameter_entry

try:
    for file in workflow.configfiles:
        read_yaml(file)  # of a key that stands twice Snakemake takes the last
    STUDY = check_study(dict(config), "config")
    DATASETS = registry.merged(
        registry.registry(ROOT / "config" / "datasets.yaml"), STUDY.datasets
    )
    METRICS = registry.merged_metrics(
        registry.metrics(ROOT / "config" / "metrics.yaml"), STUDY.metric_files
    )
    check_study(dict(config), "config", DATASETS)
    check_used(
        STUDY.test.protocols,
        STUDY.test.degradations,
        "config: test.protocols",
    )
    for name in STUDY.test.sets:
        if not STUDY.degradations_of(name, DATASETS[name].colour):
            raise UserError(
                f"config: test.sets: {name} is gray, and its test degradations have no gray one"
            )
except UserError as error:
    raise WorkflowError(str(error)) from None

MODELS = list(STUDY.models)
IMPORTED = list(STUDY.test.imported)
SHIPPED = list(STUDY.test.shipped)
NETWORKS = [*MODELS, *SHIPPED, *IMPORTED]  # with weights and a card
KEPT = [name for name in SHIPPED if name.endswith(shipped.KEPT)]
BEHIND = sorted(
    {*map(shipped.network_of, KEPT)} - {*SHIPPED}
)  # restores for them, is in no table
ARCHS = {name: run.arch for name, run in STUDY.models.items()} | {
    name: (shipped.shipped() | imported.importable())[name]
    for name in (*SHIPPED, *BEHIND, *IMPORTED)
}
PEERS = list(STUDY.test.peers)
SETS = list(STUDY.test.sets)
# Entries of config/metrics.yaml: a metric's is its name with hyphens, a loss names its own.
PARAMETRISED = [
    entry
    for entry in (metric.replace("_", "-") for metric in STUDY.test.metrics)
    if entry in METRICS
]


def trained_with(model):
    """Entries of config/metrics.yaml whose files a model's training reads: of its losses, of its network."""
    run = STUDY.models[model]
    names = [("losses", loss) for loss in run.train.loss]
    names += [("models", run.arch)] if run.pretrained else []
    return [entry for entry in (parameter_entry(*name) for name in names) if entry]


def trained_from(model):
    """Folder of what a model is trained on."""
    run = STUDY.models[model]
    kind = "features" if run.task == "detect" else "patches"
    return f"results/{STUDY.study}/{kind}/{run.data}"


IMPORTED_FROM = [imported.entry_of(model) for model in IMPORTED]
TRAINED_WITH = sorted({entry for model in MODELS for entry in trained_with(model)})

PYTHON = "python" if workflow.deployment_settings.deployment_method else sys.executable
# So that `unjpeg` in a rule is this checkout under this Python, installed or not; it leaves records.
# (Braces are doubled because Snakemake formats the prefix like a command. A prefix replaces Snakemake's own
# `set`, without which a failed training, whose output goes through `tee`, would be none. LAUNCH is of rule
# train: what starts several processes on several nodes.)
shell.prefix(
    "set -euo pipefail; "
    'unjpeg() {{ UNJPEG_RECORDS=1 PYTHONPATH="%s/src${{PYTHONPATH:+:$PYTHONPATH}}" '
    '${{LAUNCH:-}} "%s" -m unjpeg "$@"; }}; ' % (ROOT, PYTHON)
)


def one_of(names):
    """Pattern of a wildcard."""
    return "|".join(map(re.escape, names)) or "-"


wildcard_constraints:
    study=STUDY.study,
    dataset="|".join(sorted(DATASETS)),
    data="|".join(STUDY.data) or "-",
    model=one_of(["none", *NETWORKS, *BEHIND, *PEERS]),
    peer="|".join(PEERS) or "-",
    metric="|".join(METRICS),
    degradation="[a-z0-9+-]+",


# Asked for each set and degradation; it reads the text of each architecture.
models_under = cache(STUDY.models_under)


def degradations_of(dataset):
    """Test degradations of one set, as text."""
    return STUDY.degradations_of(dataset, DATASETS[dataset].colour)


def degraded_of(wildcards):
    """Every degraded file of a test set."""
    folder = f"results/{wildcards.study}/degraded/{wildcards.dataset}"
    return [f"{folder}/{name}.h5" for name in degradations_of(wildcards.dataset)]


def scored(pattern):
    """`pattern` for every tested model (and none), set and degradation of the study, each path once."""
    paths = [
        pattern.format(
            study=STUDY.study, model=model, dataset=dataset, degradation=degradation
        )
        for dataset in SETS
        for degradation in degradations_of(dataset)
        for model in ["none", *models_under(degradation)]
    ]
    return list(dict.fromkeys(paths))


def under(pattern, *others):
    """`pattern` for `others` and every model tested under the job's degradation, as a function of wildcards."""

    def paths(wildcards):
        models = [*others, *models_under(wildcards.degradation)]
        return [pattern.format(model=model, **wildcards) for model in models]

    return paths


# What each restoring model is tested on: pairs of set and degradation.
PAIRS = {}
for dataset in SETS:
    for degradation in degradations_of(dataset):
        for model in models_under(degradation):
            PAIRS.setdefault(model, []).append((dataset, degradation))


def tested(pattern):
    """`pattern` for all that the job's model is tested on, as a function of wildcards."""

    def paths(wildcards):
        return [
            pattern.format(dataset=dataset, degradation=degradation, **wildcards)
            for dataset, degradation in PAIRS[wildcards.model]
        ]

    return paths


SCORES = scored("results/{study}/scores/{model}/{dataset}/{degradation}.csv")
RECORDS = scored("results/{study}/scores/{model}/{dataset}/{degradation}.json")


def code(*modules):
    """Digest of the code that a job runs, as a function of its wildcards.

    `{arch}` stands for the architecture of the job's model, `{peer}` for its peer, `{source}` for the
    source of its data set. Everything that is imported by name at run time has to be named here; the rest
    is found.
    """

    def digest(wildcards):
        names = {"peer": wildcards.get("peer")}
        if (model := wildcards.get("model")) in ARCHS:
            names["arch"] = ARCHS[model]
        if dataset := wildcards.get("dataset"):
            names["source"] = DATASETS[dataset].module
        return fingerprint(*(module.format(**names) for module in modules))

    return digest


def entry_of(wildcards):
    """The registry's entry of a data set, as JSON."""
    return registry.to_json(DATASETS[wildcards.dataset])


def content_of(wildcards):
    """The same without what is for people alone and reaches no result."""
    words = {"homepage": "", "note": ""}
    return registry.to_json(DATASETS[wildcards.dataset].model_copy(update=words))


def files_of(wildcards):
    """The registry's entry of a metric's parameter files, as JSON."""
    return registry.to_json(METRICS[wildcards.metric])


def files_to_train(model):
    """What says that the parameter files of a model's training are here, and which: input of its rule."""
    return [f"resources/metrics/{entry}.json" for entry in trained_with(model)]


def entry_imported(wildcards):
    """What says that the file of an imported model is here, and which: input of its rule. None if shipped."""
    if wildcards.model not in IMPORTED:
        return []
    return f"resources/metrics/{imported.entry_of(wildcards.model)}.json"


def file_imported(wildcards):
    """The file itself, which the rule `parameters` leaves undeclared; or the shipped model's name."""
    if wildcards.model not in IMPORTED:
        return shipped.network_of(wildcards.model)
    (file,) = METRICS[imported.entry_of(wildcards.model)].files
    return f"resources/metrics/{file.place}/{file.file}"


def digest_imported(wildcards):
    """Of a shipped model, which no input tells."""
    return wildcards.model not in IMPORTED and shipped.digest_of_shipped(
        wildcards.model
    )


def users_of(wildcards):
    """Who reads the files of an entry of config/metrics.yaml, in words."""
    models = [model for model in MODELS if wildcards.metric in trained_with(model)]
    models += [name for name in IMPORTED if imported.entry_of(name) == wildcards.metric]
    scores = ["the scores"] if wildcards.metric in PARAMETRISED else []
    return ", ".join([*scores, *(f"model {model}" for model in models)]) or "nobody"


def published_of(model):
    """Published accuracies of detectors, by degradation: deJPEG's, the only ones that there are."""
    return constant_of("unjpeg.models.c_tiny", "CARD")["published"]


def split_of(wildcards):
    """How a data set is divided, as JSON."""
    return json.dumps(
        STUDY.splits.get(wildcards.dataset, Split()).model_dump(mode="json")
    )


def lists_of(wildcards):
    """Text files that a division of a data set names."""
    lists = (STUDY.splits.get(wildcards.dataset, Split()).lists or {}).values()
    return [listed for listed in lists if isinstance(listed, str)]


def data_of(wildcards):
    """An entry of `data`, as JSON."""
    data = STUDY.data[wildcards.data]
    return json.dumps({**data.model_dump(mode="json"), "channels": data.channels})


def sets_of(pattern):
    """`pattern` for each data set of an entry of `data`, as a function of wildcards."""

    def paths(wildcards):
        data = STUDY.data[wildcards.data]
        names = sorted({*data.train, *data.val})
        return [pattern.format(study=wildcards.study, dataset=name) for name in names]

    return paths


def images_of(wildcards):
    """What is scored: a model's output, or the degraded images themselves for `none`."""
    if wildcards.model == "none":
        return f"results/{wildcards.study}/degraded/{wildcards.dataset}/{wildcards.degradation}.h5"
    return (
        f"results/{wildcards.study}/restored/{wildcards.model}/{wildcards.dataset}/"
        f"{wildcards.degradation}.h5"
    )
