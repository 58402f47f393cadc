import subprocess
import sys

CODE = """
from unjpeg import torchvision_shim
torchvision_shim.ensure()
torchvision_shim.ensure()
import torch, torchvision
from torchvision.transforms import v2
net = torchvision.models.squeezenet1_1(weights=None).eval()
print(tuple(net(v2.Resize(64)(torch.zeros(1, 3, 80, 80))).shape))
"""


def test_models_and_transforms_work_after_it():
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE], capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "(1, 1000)", found.stderr
