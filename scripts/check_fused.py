"""Compiles a YOLOv5 checkpoint before and after YOLOv5's own `fuse()`, whole and as a state_dict, and compares the graphs
with PyTorch's answer of the unfused network.

    PYTHONPATH=<site with yolov5==7.0.14> python scripts/check_fused.py [best.pt model.yaml]

Needs what scripts/shapes/requirements.txt lists, and onnxruntime.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "shapes"))

import reference  # noqa: E402, F401: makes models.yolo importable
import onnxruntime  # noqa: E402
import torch  # noqa: E402

SIZE = (64, 96)
TOLERANCE = 1e-4


def load(path):
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    return (checkpoint.get("ema") or checkpoint["model"]).float().eval()


def compile_onnx(folder, name, *files):
    output = folder / f"{name}.onnx"
    command = ["node", ROOT / "packages/cli/bin/yolo-compile.js", *files, "-o", output, "--no-verify"]
    subprocess.run([*map(str, command), "--imgsz", *map(str, SIZE)], check=True, stdout=subprocess.DEVNULL)
    return output


def main():
    default = [ROOT / "fixtures/shapes/shapes.pt", ROOT / "fixtures/shapes/shapes.yaml"]
    path, yaml = sys.argv[1:3] if len(sys.argv) > 2 else default
    image = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = load(path)(image)[0].numpy()
    fused = load(path).fuse()
    batch_norms = sum(isinstance(module, torch.nn.BatchNorm2d) for module in fused.modules())
    print(f"fuse() left {batch_norms} BatchNorms")
    failures = 0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        torch.save({"model": fused}, folder / "fused.pt")
        torch.save(fused.state_dict(), folder / "fused.state_dict.pt")
        forms = {
            "unfused": [path],
            "fused, whole": [folder / "fused.pt"],
            "fused, state_dict": [yaml, folder / "fused.state_dict.pt"],
        }
        for form, files in forms.items():
            model = compile_onnx(folder, form.replace(", ", "-"), *files)
            session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
            found = session.run(None, {"images": image.numpy()})[0]
            error = float(np.abs(found - expected).max() / np.abs(expected).max())
            failures += not error < TOLERANCE
            print(f"{form:20} {error:.2e} of the output's range")
    print(f"{len(forms)} forms, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
