"""Makes fixtures/foreign: a small YOLOv5 checkpoint, and what both exporters of PyTorch make of it.

    pip install torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 -r scripts/shapes/requirements.txt
    pip install --no-deps yolov5==7.0.14 thop==0.1.1.post2209072238
    python scripts/export_torch_detector.py
    npx yolo-compile verify fixtures/foreign/small.pt fixtures/foreign/dynamo-wrong.onnx --imgsz 64 --bisect   # names row 6

Each exporter exports the network twice, the second time with one convolution of row 6 scaled by 1.01. The TorchScript exporter
leaves batch and image size open, so that its files hold the arithmetic by which it makes shapes and grids.
"""
import contextlib
import io
import sys

import onnx
import torch
import yaml

from module_goldens import ROOT, fill

sys.path.insert(0, str(ROOT / "scripts" / "shapes"))
import reference  # noqa: E402, F401  gives yolov5 the module names of the original repository
from models.yolo import DetectionModel  # noqa: E402

FOLDER = ROOT / "fixtures" / "foreign"
SIZE = 64
WRONG = "6.m.1.cv2.conv.weight"
# Source lines of the machine that exported, and torch's own form of each node: they make most of the file.
LEFT_OUT = ("pkg.torch.onnx.stack_trace", "pkg.torch.onnx.fx_node")


def network():
    model = fill(DetectionModel(yaml.safe_load((FOLDER / "small.yaml").read_text())))
    model.names = ["circle", "square"]
    return model


def export_torchscript(model, path):
    model.model[-1].dynamic = True
    free = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        model,
        (torch.zeros(1, 3, SIZE, SIZE),),
        path,
        opset_version=17,
        dynamo=False,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": free, "output0": {0: "batch", 1: "boxes"}},
    )


def export_dynamo(model, path):
    model.model[-1].dynamic = False
    x = torch.zeros(1, 3, SIZE, SIZE)
    torch.onnx.export(model, (x,), path, dynamo=True, external_data=False, input_names=["images"])
    exported = onnx.load(path)
    for each in [exported.graph, *exported.graph.node, *exported.graph.value_info]:
        kept = [entry for entry in each.metadata_props if entry.key not in LEFT_OUT]
        del each.metadata_props[:]
        each.metadata_props.extend(kept)
    onnx.save(exported, path)


def export(model, suffix=""):
    model.model[-1].export = True
    for name, exporter in [("torchscript", export_torchscript), ("dynamo", export_dynamo)]:
        path = FOLDER / f"{name}{suffix}.onnx"
        with contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            exporter(model, str(path))
        print(f"{path.name}: {path.stat().st_size} bytes, torch {torch.__version__}")


def main():
    torch.set_num_threads(1)
    torch.save({"model": network()}, FOLDER / "small.pt")
    export(network())
    wrong = network()
    with torch.no_grad():
        wrong.model.state_dict()[WRONG].mul_(1.01)
    export(wrong, "-wrong")


main()
