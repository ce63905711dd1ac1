"""Compiles backbones as trained and as timm's own reparameterize_model merges them, and compares graphs and answers.

    pip install torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 timm==1.0.31
    npm run setup && python scripts/check_merged_backbones.py [NAME...]

Prints a line for each; exit code 1 where two graphs have other ops or `yolo-compile verify` finds a difference.
"""

import json
import subprocess
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

import timm
import torch
from timm.utils.model import reparameterize_model

ROOT = Path(__file__).resolve().parents[1]
CLI = ROOT / "packages" / "cli" / "bin" / "yolo-compile.js"
NAMES = ["repvgg_a0", "mobileone_s0", "fastvit_t8"]
SIZE = 64
YAML = """nc: 1
depth_multiple: 1
width_multiple: 1
anchors: 1
backbone: [[-1, 1, {name}, [False]]]
head: []
"""


def backbone(name):
    """Random weights with the BatchNorm statistics of a batch of noise; epsilons are those that YOLOv5 sets."""
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False, features_only=True).train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)
            module.momentum = 1
        if type(module) is torch.nn.BatchNorm2d:
            module.eps = 1e-3
    with torch.no_grad():
        model(torch.rand(8, 3, SIZE, SIZE))
    return model.eval()


def run(*arguments):
    return subprocess.run(["node", CLI, *map(str, arguments)], capture_output=True, text=True)


def compiled(folder, name, form, model):
    """The ONNX file of a form, and how often it has each op."""
    weights, output = folder / f"{form}.pt", folder / f"{form}.onnx"
    torch.save({f"model.0.{key}": value for key, value in model.state_dict().items()}, weights)
    made = run(folder / f"{name}.yaml", weights, "--imgsz", SIZE, "--no-verify", "-o", output)
    if made.returncode:
        raise SystemExit(f"{name}, {form}: {made.stderr}")
    return output, json.loads(run("inspect", output, "--json").stdout)["ops"]


def check(name):
    """Whether both forms become one graph with one answer."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        (folder / f"{name}.yaml").write_text(YAML.format(name=name))
        trained = backbone(name)
        merged = reparameterize_model(deepcopy(trained))
        first, ops = compiled(folder, name, "trained", trained)
        second, merged_ops = compiled(folder, name, "merged", merged)
        judged = run("verify", first, second)
        same = ops == merged_ops and "BatchNormalization" not in ops
        ok = same and judged.returncode == 0
        print(f"{'ok  ' if ok else 'FAIL'} {name}: {ops if same else (ops, merged_ops)}, verify exits {judged.returncode}", flush=True)
        if judged.returncode:
            print(judged.stdout, judged.stderr)
        return ok


raise SystemExit(0 if all([check(name) for name in sys.argv[1:] or NAMES]) else 1)
