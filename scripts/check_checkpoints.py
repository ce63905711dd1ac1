"""Writes checkpoints again with today's torch in every form that torch.save has ever written, and checks that yolo-compile
reads the same weights from each, bit for bit, and that torch itself reads them back.

    python scripts/check_checkpoints.py [FILE...]

Without files it takes those of the reference beside the repository. Needs torch alone: classes of YOLOv5 are stood in for.
"""

import hashlib
import importlib.abc
import importlib.machinery
import io
import json
import pickle
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from types import ModuleType

import torch

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "reference" / "weights"
PROTOCOLS = (2, 3, 4, 5)
DTYPES = {torch.float16: "f16", torch.float32: "f32", torch.float64: "f64", torch.bfloat16: "bf16", torch.int64: "i64"}


class StandIn(ModuleType):
    """A module whose every name is a class of torch.nn.Module."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (torch.nn.Module,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("models", "utils", "timm"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.append(StandIns())


def load(path):
    return torch.load(path, map_location="cpu", weights_only=False)


def state_dict_of(loaded):
    """As YOLOv5 chooses: the EMA where there is one."""
    if isinstance(loaded, torch.nn.Module):
        return loaded.state_dict()
    if all(isinstance(value, torch.Tensor) for value in loaded.values()):
        return loaded
    return state_dict_of(next(loaded[key] for key in ("ema", "model", "state_dict") if loaded.get(key) is not None))


def digests_of(state_dict):
    def digest(tensor):
        flat = tensor.detach().contiguous().reshape(-1)
        raw = bytes(flat.view(torch.uint8).numpy()) if flat.numel() else b""
        return [DTYPES[tensor.dtype], list(tensor.shape), hashlib.sha256(raw).hexdigest()]

    return {name: digest(tensor) for name, tensor in state_dict.items()}


def save_tar(value, path, protocol):
    """The form of torch 0.1.1: storages, tensors over them, and a pickle that refers to tensors by number."""
    tensors, storages = {}, {}

    def persistent_id(part):
        if type(part) is not torch.Tensor:
            return None
        storage = part.untyped_storage()
        storages[storage.data_ptr()] = (storage, part.storage().pickle_storage_type())
        tensors[id(part)] = (part, storage.data_ptr())
        return str(id(part))

    pickled = io.BytesIO()
    pickler = pickle.Pickler(pickled, protocol=protocol)
    pickler.persistent_id = persistent_id
    pickler.dump(value)
    parts = {"storages": storages_part(storages, protocol), "tensors": tensors_part(tensors, protocol)}
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as tar:
        for name, content in {**parts, "pickle": pickled.getvalue()}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def storages_part(storages, protocol):
    out = io.BytesIO()
    pickle.dump(len(storages), out, protocol)
    for key, (storage, storage_type) in storages.items():
        storage_class = getattr(torch, storage_type)
        pickle.dump((key, "cpu", storage_class), out, protocol)
        raw = bytes(torch.tensor([], dtype=torch.uint8).set_(storage).numpy())
        out.write(struct.pack("<q", len(raw) // torch._utils._element_size(storage_class.dtype)))
        out.write(raw)
    pickle.dump([], out, protocol)
    return out.getvalue()


def tensors_part(tensors, protocol):
    out = io.BytesIO()
    pickle.dump(len(tensors), out, protocol)
    for key, (tensor, storage_key) in tensors.items():
        pickle.dump((key, storage_key, torch.FloatTensor), out, protocol)
        out.write(struct.pack("<ii", tensor.dim(), 0))
        out.write(struct.pack(f"<{tensor.dim()}q", *tensor.shape))
        out.write(struct.pack(f"<{tensor.dim()}q", *tensor.stride()))
        out.write(struct.pack("<q", tensor.storage_offset()))
    return out.getvalue()


def save_zip(value, path, protocol):
    torch.save(value, path, pickle_protocol=protocol)


def save_legacy(value, path, protocol):
    torch.save(value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=False)


FORMS = {"zip": save_zip, "legacy": save_legacy, "tar": save_tar}


def write_all(loaded, folder):
    """Every form, protocol, and whole object or state_dict: paths."""
    for form, save in FORMS.items():
        for protocol in PROTOCOLS:
            for kind, value in (("whole", loaded), ("state_dict", state_dict_of(loaded))):
                path = folder / f"{form}.{protocol}.{kind}.pt"
                save(value, path, protocol)
                yield path


def main():
    given = [Path(path) for path in sys.argv[1:]]
    files = given or sorted(path for path in REFERENCE.rglob("*.pt") if "truncated" not in path.name)
    if not files:
        print(f"no checkpoint is given, and there is no {REFERENCE}")
        return 2
    total = wrong = tensors = 0
    for file in files:
        loaded = load(file)
        expected = digests_of(state_dict_of(loaded))
        with tempfile.TemporaryDirectory() as made:
            paths = [file, *write_all(loaded, Path(made))]
            command = ["node", ROOT / "scripts/tensor-digests.mjs", *paths]
            found = json.loads(subprocess.run([*map(str, command)], check=True, capture_output=True).stdout)
            for path in paths:
                total += 1
                tensors += len(expected)
                if digests_of(state_dict_of(load(path))) != expected:
                    raise AssertionError(f"torch reads other weights from {path}")
                if found[str(path)] != expected:
                    wrong += 1
                    print(f"{file.name} as {path.name}: other weights")
        print(f"{file.name}: {len(expected)} weights, {len(paths)} files")
    print(f"{total} files, {tensors} weights compared bit for bit, {wrong} files wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
