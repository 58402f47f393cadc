"""Snakemake's memory comes back from the copies beside the results, that of every study once."""

from pathlib import Path

import pytest

from unjpeg.chain.snakemake import keep, recall

MEMORY = Path(".snakemake/metadata")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def remembered() -> set[str]:
    return {path.name for path in MEMORY.rglob("*") if path.is_file()}


def copied(study: str, *names: str) -> Path:
    folder = Path("results") / study
    for name in names:
        path = folder / MEMORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def test_each_study_gets_its_own_back_whichever_comes_first():
    a, b = copied("a", "shared", "of-a"), copied("b", "shared", "@deep/of-b")
    assert recall(a)
    assert remembered() == {"shared", "of-a"}
    assert recall(b)
    assert remembered() == {"shared", "of-a", "of-b"}
    assert not recall(a) and not recall(b)


def test_what_it_is_told_to_forget_stays_forgotten():
    study = Path("results/a")
    MEMORY.mkdir(parents=True)
    (MEMORY / "file").write_text("made by this")
    keep(study)
    (MEMORY / "file").unlink()  # as by --cleanup-metadata
    assert not recall(study)
    assert remembered() == set()


def test_what_is_known_is_not_replaced_by_the_copy():
    study = copied("a", "file")
    MEMORY.mkdir(parents=True)
    (MEMORY / "file").write_text("newer")
    assert not recall(study)
    assert (MEMORY / "file").read_text() == "newer"
