"""Saves tensors of every kind that torch can pickle and checks that yolo-compile reads each as torch does, bit for bit, or
refuses it; whatever it does not read may not be passed over silently either.

    python scripts/check_rebuild.py                 # each kind alone, as an entry of a state_dict and as a parameter of a module
    python scripts/check_rebuild.py --fixtures      # the same, and writes fixtures/rebuild anew

Needs torch alone.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy
import torch

warnings.filterwarnings("ignore")
ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures/rebuild"
NAMES = {
    torch.float16: "f16",
    torch.float32: "f32",
    torch.float64: "f64",
    torch.bfloat16: "bf16",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.int16: "i16",
    torch.int8: "i8",
    torch.uint8: "u8",
    torch.uint16: "u16",
    torch.uint32: "u32",
    torch.uint64: "u64",
    torch.bool: "bool",
}

VALUES = torch.tensor([[1.5, -2.0, 0.0], [-0.0, float("inf"), 0.1]])
WHOLE = torch.tensor([[1, 2, 3], [4, 5, 6]])
COMPLEX = torch.complex(VALUES, VALUES.flip(0))


class Subclass(torch.Tensor):
    """A tensor of a class of its own."""


class Odd(torch.Tensor):
    """Pickled with attributes in slots and in a dict."""

    __slots__ = ("extra",)


def stateful(tensor, **attributes):
    for name, value in attributes.items():
        setattr(tensor, name, value)
    return tensor


class Call:
    """Pickles as a call of any function."""

    def __init__(self, function, *args):
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


def storage_of(tensor):
    return torch.storage.TypedStorage(wrap_storage=tensor.untyped_storage(), dtype=tensor.dtype, _internal=True)


def v2(tensor, *rest):
    args = (storage_of(tensor), tensor.storage_offset(), tuple(tensor.size()), tensor.stride(), False, OrderedDict())
    return Call(torch._utils._rebuild_tensor_v2, *args, *rest)


def v3(tensor, *rest):
    args = (tensor.untyped_storage(), tensor.storage_offset(), tuple(tensor.size()), tensor.stride(), False, OrderedDict())
    return Call(torch._utils._rebuild_tensor_v3, *args, tensor.dtype, *rest)


def quantized(tensor):
    return torch.quantize_per_tensor(tensor, 0.1, 3, torch.quint8)


def kinds():
    """Every kind by name: what is pickled, and the tensor that it is where yolo-compile has to read it."""
    neg = COMPLEX.conj().imag
    read = {
        "plain": VALUES,
        "transposed": VALUES.t(),
        "negative": neg,
        "negative-transposed": neg.t(),
        "negative-half": COMPLEX.to(torch.complex32).conj().imag,
        "negative-double": COMPLEX.to(torch.complex128).conj().imag,
        "negative-integers": torch._neg_view(WHOLE),
        "negative-bfloat16": torch._neg_view(VALUES.bfloat16()),
        "negative-bytes": torch._neg_view(WHOLE.to(torch.uint8)),
        "negative-shorts": torch._neg_view(WHOLE.to(torch.int16)),
        "negative-parameter": torch.nn.Parameter(neg),
        "negative-expanded": torch._neg_view(VALUES[:1].expand(4, 3)),
        "negative-scalar": torch._neg_view(torch.tensor(-0.0)),
        "negative-empty": torch._neg_view(torch.empty(0, 3)),
        "negative-stateful": stateful(torch._neg_view(VALUES.clone()), tag="a"),
        "negative-subclass": torch._neg_view(VALUES.clone()).as_subclass(Subclass),
        "real-of-conjugate": COMPLEX.conj().real,
        "parameter": torch.nn.Parameter(VALUES.clone()),
        "parameter-stateful": stateful(torch.nn.Parameter(VALUES.clone()), tag="a"),
        "buffer": torch.nn.Buffer(VALUES.clone()),
        "subclass": VALUES.clone().as_subclass(Subclass),
        "subclass-slots": stateful(VALUES.clone().as_subclass(Odd), extra=1, more=2),
        "uint16": WHOLE.to(torch.uint16),
        "uint64": WHOLE.to(torch.uint64),
        "bool": WHOLE > 2,
    }
    read = {name: (tensor, tensor) for name, tensor in read.items()}
    calls = {
        "v2-no-metadata": (v2(VALUES, None), VALUES),
        "v2-empty-metadata": (v2(VALUES, {}), VALUES),
        "v2-neg-false": (v2(VALUES, {"neg": False, "conj": False}), VALUES),
        "v2-neg-ordered": (v2(VALUES, OrderedDict(neg=True)), -VALUES),
        "v3-neg": (v3(WHOLE.to(torch.int32), {"neg": True}), -WHOLE.to(torch.int32)),
        "v1": (Call(torch._utils._rebuild_tensor, storage_of(VALUES), 0, (2, 3), (3, 1)), VALUES),
        "from-type-v1": (Call(torch._tensor._rebuild_from_type, torch._utils._rebuild_tensor_v2, torch.Tensor, v2(VALUES).reduced[1], {}), VALUES),
        "numpy": (VALUES.numpy(), VALUES),
    }
    refused = {
        "complex": COMPLEX,
        "conjugate": COMPLEX.conj(),
        "negative-complex": torch._neg_view(COMPLEX),
        "v2-conj": v2(VALUES, {"conj": True}),
        "v2-unknown-metadata": v2(VALUES, {"scaled": 2}),
        "v2-metadata-no-dict": v2(VALUES, 7),
        "sparse-coo": VALUES.to_sparse(),
        "sparse-csr": VALUES.to_sparse_csr(),
        "sparse-csc": VALUES.to_sparse_csc(),
        "sparse-bsr": torch.ones(2, 2).to_sparse_bsr((1, 1)),
        "sparse-bsc": torch.ones(2, 2).to_sparse_bsc((1, 1)),
        "quantized": quantized(VALUES),
        "quantized-channels": torch.quantize_per_channel(VALUES, torch.ones(2), torch.zeros(2, dtype=torch.long), 0, torch.qint8),
        "meta": VALUES.to("meta"),
        "meta-parameter": torch.nn.Parameter(VALUES.to("meta")),
        "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "nested-jagged": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
        "device": Call(torch._utils._rebuild_device_tensor_from_cpu_tensor, VALUES, torch.float32, "cpu", False),
        "device-numpy": Call(torch._utils._rebuild_device_tensor_from_numpy, VALUES.numpy(), torch.float32, "cpu", False),
        "wrapper": Call(torch._utils._rebuild_wrapper_subclass, Subclass, torch.float32, (2, 3), (3, 1), 0, torch.strided, torch.device("cpu"), False),
        "float8": VALUES.to(torch.float8_e4m3fn),
        "float8-e5m2": VALUES.to(torch.float8_e5m2),
        "bits8": WHOLE.to(torch.uint8).view(torch.bits8),
        "uninitialized": torch.nn.UninitializedParameter(),
        "numpy-complex": COMPLEX.numpy(),
        "numpy-objects": numpy.array([None, 1], dtype=object),
    }
    made = {**read, **calls, **{name: (value, None) for name, value in refused.items()}}
    return made


def digest_of(tensor):
    flat = tensor.detach().clone().resolve_neg().contiguous().reshape(-1)
    raw = bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
    return [NAMES[tensor.dtype], list(tensor.shape), hashlib.sha256(raw).hexdigest()]


def save(pickled, path, holder):
    """In an entry of a state_dict, or as a buffer of a module; a plain weight is beside it."""
    if holder == "state_dict":
        torch.save({"plain": torch.ones(2), "w": pickled}, path)
        return
    module = torch.nn.Module()
    module._parameters["plain"] = torch.nn.Parameter(torch.ones(2))
    module._buffers["w"] = pickled
    torch.save({"model": module}, path)


def problem_of(found, expected):
    if expected is None:
        return None if "error" in found else f"read as {found}"
    if "error" in found:
        return f"refused: {found['error']}"
    return None if found["tensors"].get("w") == digest_of(expected) else f"read wrongly: {found}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fixtures", action="store_true")
    fixtures = parser.parse_args().fixtures
    made = kinds()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        places = {}
        for name, (pickled, expected) in made.items():
            for holder in ("state_dict", "module"):
                path = Path(folder) / f"{name}.{holder}.pt"
                save(pickled, path, holder)
                places[str(path)] = (name, holder, expected)
        command = ["node", str(ROOT / "scripts/tensor-digests.mjs"), "--refusals", *places]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for path, (name, holder, expected) in places.items():
            problem = problem_of(found[path], expected)
            wrong += problem is not None
            if problem:
                print(f"{name} in a {holder}: {problem}")
    reads = sum(expected is not None for _, expected in made.values())
    print(f"{len(made)} kinds in {len(places)} files: {reads} to be read, {len(made) - reads} to be refused, {wrong} wrong")
    if fixtures:
        write_fixtures(made)
    return 1 if wrong else 0


def write_fixtures(made):
    FIXTURES.mkdir(exist_ok=True)
    for name, (pickled, _) in made.items():
        save(pickled, FIXTURES / f"{name}.pt", "state_dict")
    expected = {name: None if tensor is None else digest_of(tensor) for name, (_, tensor) in made.items()}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(digest)}" for name, digest in expected.items())
    (FIXTURES / "expected.json").write_text(f"{{\n{lines}\n}}\n")
    print(f"wrote {len(made)} files to {FIXTURES.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
