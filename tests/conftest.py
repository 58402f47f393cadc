"""Fixtures for all tests."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import hypothesis
import pytest

hypothesis.settings.register_profile("busy", deadline=None)  # no test is about time
hypothesis.settings.load_profile("busy")
ROOT = Path(__file__).resolve().parents[1]
CHANNELS = {"lpips_vgg": (64, 128, 256, 512, 512), "lpips_squeeze": (64, 128, 256, 384, 384, 512, 512)}


# Groups that take minutes start first, so that the workers end together. A cluster's tests mostly wait.
LONGEST = (
    "cluster",
    "test_readme",
    "study",
    "test_systems",
    "test_resume",
    "exported",
    "metrics",
    "photos",
    "models",
    "test_bits",
    "test_loop",
    "test_processes",
    "test_orphan",
    "test_faults",
    "test_status",
    "test_classic5",
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker runs what shares a fixture that takes long: the finished study, a folder, else a file."""
    folder = item.path.parent.name
    name = item.path.stem if folder in ("tests", "training", "workflow") else folder
    item.own_group = "study" if "finished" in item.fixturenames else name
    item.add_marker(pytest.mark.xdist_group(item.own_group))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.own_group, len(LONGEST)))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Photographs and parameter files that some machines keep beside the checkout; else skips."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no folder `shared` beside the checkout")
    return folder


@pytest.fixture(scope="session")
def networks():
    """torchvision's own convolutions with drawn weights, by the loss that is made of them."""
    import torch

    from unjpeg import torchvision_shim

    torchvision_shim.ensure()
    from torchvision.models import squeezenet, vgg

    torch.manual_seed(0)
    return {
        "vgg19": vgg.make_layers(vgg.cfgs["E"], batch_norm=False).eval(),
        "lpips_vgg": vgg.make_layers(vgg.cfgs["D"], batch_norm=False).eval(),
        "lpips_squeeze": squeezenet.squeezenet1_1(weights=None).features.eval(),
    }


@pytest.fixture(scope="session")
def home(networks, tmp_path_factory):
    """Parameter files as published, with the classifiers, of which one stored number is enough."""
    import torch

    from unjpeg import losses

    folder = tmp_path_factory.mktemp("home")
    for place in ("hub/checkpoints", "hub/pyiqa"):
        (folder / place).mkdir(parents=True)
    zero = torch.zeros(1)
    for name, layers in networks.items():
        state = {f"features.{k}": v for k, v in layers.state_dict().items()}
        if name == "lpips_squeeze":
            state |= {
                "classifier.1.weight": zero.expand(1000, 512, 1, 1),
                "classifier.1.bias": zero.expand(1000),
            }
        else:
            for i, (cin, cout) in {0: (25088, 4096), 3: (4096, 4096), 6: (4096, 1000)}.items():
                state |= {f"classifier.{i}.weight": zero.expand(cout, cin)}
                state |= {f"classifier.{i}.bias": zero.expand(cout)}
        backbone, *heads = losses.files(name)
        torch.save(state, folder / backbone)
        for file in heads:
            drawn = {f"lin{i}.model.1.weight": torch.rand(1, c, 1, 1) for i, c in enumerate(CHANNELS[name])}
            torch.save(drawn, folder / file)
    return folder


class Seen(NamedTuple):
    """What a script in a page returned, what the console said, and addresses that the page asked for."""

    result: object
    console: list[str]
    requests: list[str]


@pytest.fixture
def browser(tmp_path) -> Callable[[str, str], Seen]:
    """`browser(html, script)` opens a page from the file system and runs a script that returns JSON-able.

    The script runs when all is loaded. No name of a host is resolved. Skips where there is no Chromium.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.skip("no chromium here")

    def opened(html: str, script: str) -> Seen:
        probe = f"""<script>addEventListener("load", () => {{
          const result = (() => {{ {script} }})();
          document.body.textContent = "RESULT" + encodeURIComponent(JSON.stringify(result)) + "END";
        }});</script></body>"""
        page, log = tmp_path / "probe.html", tmp_path / "net.json"
        page.write_text(html.replace("</body>", probe), "utf-8")
        flags = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
        flags += " --dump-dom --enable-logging=stderr --net-log-capture-mode=Everything"
        own = [f"--user-data-dir={tmp_path}/profile", f"--log-net-log={log}"]
        own += ["--host-resolver-rules=MAP * ~NOTFOUND", page.as_uri()]
        done = subprocess.run(
            [program, *flags.split(), *own], capture_output=True, text=True, timeout=120, check=False
        )
        result = re.search(r"RESULT(.*)END", done.stdout)
        assert result, done.stderr
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Seen(json.loads(unquote(result[1])), console, asked_for(json.loads(log.read_text("utf-8"))))

    return opened


def asked_for(log: dict) -> list[str]:
    """Addresses that pages asked the network for; what Chromium asks for on its own has no origin."""
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    events = [e["params"] for e in log["events"] if e["type"] == start and "url" in e.get("params", {})]
    return [params["url"] for params in events if params.get("initiator") != "not an origin"]
