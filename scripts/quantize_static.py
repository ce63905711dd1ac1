"""Quantises FOLDER/float.onnx with onnxruntime's tool, in the settings that may be its best: python quantize_static.py FOLDER

Calibrates on every .npy in the folder and writes tool-*.onnx beside it. Needs PyPI's onnx and onnxruntime.
"""

import glob
import os
import sys

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Pictures(CalibrationDataReader):
    def __init__(self, folder: str, name: str) -> None:
        self.files = iter(sorted(glob.glob(os.path.join(folder, "*.npy"))))
        self.name = name

    def get_next(self):
        path = next(self.files, None)
        return None if path is None else {self.name: np.load(path)}


def behind_convolutions(graph) -> list[str]:
    """The nodes from which no convolution can be reached: the decode."""
    read, found = set(), []
    for node in reversed(graph.node):
        if node.op_type != "Conv" and not read.intersection(node.output):
            found.append(node.name)
        else:
            read.update(node.input)
    return found


def main(folder: str) -> None:
    source = os.path.join(folder, "float.onnx")
    prepared = os.path.join(folder, "prepared.onnx")
    quant_pre_process(source, prepared, skip_symbolic_shape=True)
    model = onnx.load(prepared)
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    decode = behind_convolutions(model.graph)
    settings = {
        "everything": {},
        "no-decode": {"nodes_to_exclude": decode},
        "no-decode-no-stem": {"nodes_to_exclude": [*decode, convolutions[0]]},
        "conv-only": {"op_types_to_quantize": ["Conv"]},
    }
    for name, more in settings.items():
        quantize_static(
            prepared,
            os.path.join(folder, f"tool-{name}.onnx"),
            Pictures(folder, model.graph.input[0].name),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            calibrate_method=CalibrationMethod.MinMax,
            **more,
        )


if __name__ == "__main__":
    main(sys.argv[1])
