import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { network, STORAGES } from "../testing/network.js";
import { codeOf, errorOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { torchFile } from "../testing/torch-file.js";
import { pickleReader } from "./reader.js";

function suspiciousOf(code: p.Code): readonly string[] {
  const reader = pickleReader("t", { allowSuspicious: true });
  reader.read("t", bytesSource("t", p.pickle(code, 4)));
  return reader.suspicious;
}

const stackGlobal = (module: string, name: string) => p.raw(p.text(module), p.text(name), 0x93);
const split = (path: string): [string, string] => {
  const [module = "", name = ""] = path.split(" ");
  return [module, name];
};

test.each([
  "os system",
  "posix system",
  "nt system",
  "os.path join",
  "subprocess Popen",
  "commands getoutput",
  "builtins eval",
  "builtins exec",
  "builtins __import__",
  "builtins open",
  "builtins map",
  "__builtin__ execfile",
  "sys exit",
  "socket create_connection",
  "urllib.request urlopen",
  "httplib HTTPSConnection",
  "runpy _run_code",
  "shutil rmtree",
  "importlib import_module",
  "ctypes CDLL",
  "_ctypes dlopen",
  "_io FileIO",
  "_posixsubprocess fork_exec",
  "pickle loads",
  "_pickle loads",
  "marshal loads",
  "types CodeType",
  "types FunctionType",
  "functools partial",
  "functools reduce",
  "operator attrgetter",
  "_operator methodcaller",
  "pydoc locate",
  "pkgutil resolve_name",
  "timeit timeit",
  "cProfile run",
  "idlelib.pyshell ModifiedInterpreter.runcode",
  "lib2to3.pgen2.grammar Grammar.loads",
  "webbrowser open",
  "uuid _get_command_stdout",
  "logging FileHandler",
  "logging.config dictConfig",
  "ssl get_server_certificate",
  "asyncio.unix_events _UnixSubprocessTransport._start",
  "collections _sys.exit",
  "collections OrderedDict.__init__.__globals__",
  "numpy load",
  "numpy.testing._private.utils runstring",
  "numpy.f2py.crackfortran getlincoef",
  "torch load",
  "torch.hub load",
  "torch.serialization load",
  "torch.storage _load_from_bytes",
  "torch.fx.graph_module reduce_graph_module",
  "torch.serialization os.system",
  "torch._utils __builtins__",
  "torch os",
  "torch.utils.collect_env run",
  "torch.utils._config_module ConfigModule.load_config",
  "torch._dynamo.guards GuardBuilder.get",
  "pip main",
  "requests.api get",
  "aiohttp.client ClientSession",
  "cloudpickle.cloudpickle _make_function",
  "dill._dill _create_code",
  "joblib load",
  "IPython.core.interactiveshell InteractiveShell.run_cell",
])("%s is suspicious, however it is spelled", (path) => {
  const [module, name] = split(path);
  expect(suspiciousOf(p.global(module, name))).toEqual([`${module}.${name}`]);
  expect(suspiciousOf(stackGlobal(module, name))).toEqual([`${module}.${name}`]);
  expect(suspiciousOf(p.raw("(i", `${module}\n${name}\n`))).toEqual([`${module}.${name}`]);
});

test.each([
  "collections OrderedDict",
  "__builtin__ set",
  "builtins dict.fromkeys",
  "_codecs encode",
  "copy_reg _reconstructor",
  "pathlib PosixPath",
  "pathlib._local WindowsPath",
  "datetime datetime",
  "argparse Namespace",
  "torch FloatStorage",
  "torch.storage UntypedStorage",
  "torch._utils _rebuild_tensor_v2",
  "torch._utils _rebuild_qtensor",
  "torch Size",
  "torch device",
  "torch.nn.modules.activation SiLU",
  "torch.nn.modules.container Sequential",
  "torch.nn.parallel.data_parallel DataParallel",
  "torch.optim.sgd SGD",
  "numpy ndarray",
  "numpy.core.multiarray _reconstruct",
  "numpy.core.multiarray scalar",
  "numpy._core.multiarray scalar",
  "models.yolo DetectionModel",
  "models.common Conv",
  "utils.autoanchor check_anchors",
  "ultralytics.nn.tasks DetectionModel",
  "__main__ MyModel",
  "timm.models.layers.squeeze_excite SqueezeExcite",
  "classification.model.build EfficientViT_M0",
  "__torch__.models.yolo Model",
])("%s is not", (path) => {
  expect(suspiciousOf(p.global(...split(path)))).toEqual([]);
});

const getattr = (target: p.Code, attribute: p.Code, module = "builtins") =>
  p.reduce(p.global(module, "getattr"), target, attribute);

test("getattr is judged by what it reaches: YOLOv5's Segment keeps Detect.forward", () => {
  const detect = p.global("models.yolo", "Detect");
  expect(suspiciousOf(getattr(detect, p.text("forward")))).toEqual([]);
  expect(suspiciousOf(getattr(detect, p.text("forward"), "__builtin__"))).toEqual([]);
  expect(suspiciousOf(getattr(detect, p.text("__globals__")))).toEqual(["models.yolo.Detect.__globals__"]);
  expect(suspiciousOf(getattr(p.global("torch", "serialization"), p.text("os")))).toEqual(["torch.serialization.os"]);
  const fused = p.newObject(p.global("models.common", "Conv"));
  expect(suspiciousOf(getattr(fused, p.text("forward_fuse"), "__builtin__"))).toEqual([]);
  expect(suspiciousOf(getattr(fused, p.text("__class__")))).toEqual(["models.common.Conv.__class__"]);
  expect(suspiciousOf(getattr(p.reduce(p.global("models.common", "Conv")), p.text("x")))).toEqual(["builtins.getattr"]);
  expect(suspiciousOf(p.global("builtins", "getattr"))).toEqual(["builtins.getattr"]);
  const nested = getattr(getattr(detect, p.text("forward")), p.text("x"));
  expect(suspiciousOf(nested)).toEqual(["builtins.getattr"]);
  expect(suspiciousOf(getattr(detect, p.reduce(detect)))).toEqual(["builtins.getattr"]);
  expect(suspiciousOf(p.reduce(p.global("builtins", "getattr")))).toEqual(["builtins.getattr"]);
});

const evil = p.reduce(p.global("posix", "system"), p.text("touch pwned"));

test("a checkpoint with a command is refused, nothing is run, and the message says so", () => {
  const bytes = torchFile({ root: p.dict(["model", network()], ["hook", evil]), storages: STORAGES });
  expect(errorOf(() => open(bytes)).message).toMatchInlineSnapshot(
    `"weights/suspicious: test.pt names posix.system, which no checkpoint of a network needs - nothing of it was run, and loading the file in Python would: do not trust where it came from; to read its weights all the same, give --allow-suspicious"`,
  );
  const checkpoint = open(bytes, { allowSuspicious: true });
  expect(checkpoint.suspicious).toEqual(["posix.system"]);
  expect(checkpoint.tensors.size).toBe(6);
});

test("a command is found in every place where a pickle may hide it", () => {
  const places: p.Code[] = [
    evil,
    p.raw(evil, "0", p.none),
    p.raw(evil, p.put(5), "0", p.none),
    p.dict([evil, p.none]),
    p.list(p.tuple(evil)),
    p.build(network(), evil),
    p.persistent(evil),
    p.raw(evil, "]".repeat(3), "aaa"),
    p.raw(p.global("posix", "system"), p.none, 0x86),
  ];
  for (const root of places) expect(codeOf(() => open(torchFile({ root })))).toBe("weights/suspicious");
});

test("a pickle that breaks off after its command is refused for the command", () => {
  const broken = [...p.pickle(evil).subarray(0, -1), 0xff];
  expect(codeOf(() => open(torchFile({ root: Uint8Array.from(broken) })))).toBe("weights/suspicious");
  const options = { allowSuspicious: true };
  expect(codeOf(() => open(torchFile({ root: Uint8Array.from(broken) }), options))).toBe("pickle/opcode");
});

test("a long list of names is cut", () => {
  const names = p.list(...Array.from({ length: 14 }, (_, index) => p.global("os", `f${index}`)));
  const { diagnostic } = errorOf(() => open(torchFile({ root: names })));
  expect(diagnostic.message).toContain("os.f9 and 4 more");
});
