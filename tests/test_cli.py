import subprocess
import sys

import pytest

from unjpeg.cli import main
from unjpeg.provenance import modules_in


def unjpeg(*args, **kwargs):
    return subprocess.run([sys.executable, "-m", "unjpeg", *args], capture_output=True, text=True, **kwargs)


def test_help_names_every_verb_and_imports_no_torch():
    code = (
        "import sys; from unjpeg.cli import main; main(['--help']);"
        "print('torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    for verb in modules_in("steps"):
        assert f"  {verb.replace('_', '-')} " in done.stdout
    assert done.stderr.strip() == "False"


@pytest.mark.parametrize("verb", modules_in("steps"))
def test_every_verb_has_help(verb, capsys):
    with pytest.raises(SystemExit) as stop:
        main([verb.replace("_", "-"), "--help"])
    assert stop.value.code == 0
    assert "usage: unjpeg" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["evalate"], "no verb 'evalate'; did you mean 'evaluate'?"),
        (["evaluate", "x", "--degradtion", "q10", "--out", "y"], "--degradtion; did you mean --degradation?"),
        (["evaluate", "x", "--degradation", "gay-q10", "--out", "y"], "degradation 'gay-q10'"),
        (["evaluate", "x", "--degradation", "q10"], "required: --out"),
        (["evaluate", "nowhere", "--degradation", "q10", "--out", "y.csv"], "nowhere: no such folder"),
        (["evaluate", ".", "--degradation", "q10", "--protocol", "gray", "--out", "y.csv"], "gray-matlab"),
        (["evaluate", ".", "--degradation", "q10", "--metrics", "pnsr", "--out", "y.csv"], "'psnr'"),
        (
            ["train", "--run", "nothing.json", "--patches", "p", "--output", "o", "--state", "s"],
            "nothing.json",
        ),
        (
            ["evaluate", ".", "--degradation", "q10", "--out", "/dev/full"],
            "--out /dev/full: want a plain file",
        ),
        (["show-run", "--config", "nothing.yaml", "--model", "x"], "nothing.yaml: no such file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(args, says, tmp_path):
    done = unjpeg(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_version():
    assert unjpeg("--version").stdout.startswith("unjpeg 0.")
