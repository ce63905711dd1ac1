"""Runs onnx.checker and strict shape inference on models: python scripts/check_onnx.py FILE…

Prints a line for each; exit code 1 if any is refused. Needs PyPI's onnx.
"""

import sys

import onnx


def check(path: str) -> str:
    """What the model is; raises where ONNX refuses it."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    typed = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
    untyped = [name for node in model.graph.node for name in node.output if name and name not in typed]
    if untyped:
        raise ValueError(f"no type inferred for {', '.join(untyped[:5])}")
    opsets = ", ".join(f"{entry.domain or 'ai.onnx'} {entry.version}" for entry in model.opset_import)
    return f"{opsets}, {len(model.graph.node)} nodes"


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    for path in paths:
        try:
            print(f"{path}: ok, {check(path)}")
        except Exception as error:  # A file can fail in as many ways as there are readers of it.
            failed += 1
            print(f"{path}: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
