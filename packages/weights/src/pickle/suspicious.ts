import { isStandardLibrary } from "./standard-library.js";
import { globalKey, isRecord, type PickleGlobal, type PickleValue } from "./value.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const BUILTINS = words(
  "set frozenset list dict tuple int long float complex bool str unicode bytes bytearray object type slice range xrange Ellipsis NotImplemented",
);
const RECONSTRUCT = words("_reconstructor __newobj__ __newobj_ex__");
const PATHS = words("Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath");

/** Names of the standard library that checkpoints need: plain data. All its other names are suspicious. */
const NEEDED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["builtins", BUILTINS],
  ["__builtin__", BUILTINS],
  ["copyreg", RECONSTRUCT],
  ["copy_reg", RECONSTRUCT],
  ["_codecs", words("encode")],
  ["pathlib", PATHS],
  ["pathlib._local", PATHS],
  ["collections", words("OrderedDict defaultdict Counter deque ChainMap UserDict UserList")],
  ["datetime", words("date datetime time timedelta timezone")],
  ["time", words("struct_time")],
  ["argparse", words("Namespace")],
  ["types", words("SimpleNamespace")],
  ["decimal", words("Decimal")],
  ["fractions", words("Fraction")],
  ["logging", words("getLogger")],
]);

/**
 * Packages, or parts of packages, that run commands or code, load further pickles, or read and write files and the network;
 * names below them count too.
 */
const DANGEROUS: ReadonlySet<string> = words(
  [
    "IPython ipykernel pip setuptools pkg_resources dill cloudpickle joblib jsonpickle cffi pexpect ptyprocess psutil",
    "requests httpx aiohttp urllib3 paramiko fabric invoke sh win32api win32com pywintypes jinja2 mako execnet",
    "numpy.f2py numpy.distutils numpy.testing numpy.load numpy.fromfile numpy.save numpy.savez numpy.memmap numpy.ctypeslib",
    "numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format numpy.lib.utils numpy._pytesttester",
    "torch.load torch.save torch.hub torch.compile torch.package torch.classes torch.ops torch.serialization.load",
    "torch.serialization._load torch.serialization._legacy_load torch.storage._load_from_bytes torch.jit torch._dynamo torch._inductor torch.fx torch.utils.cpp_extension torch.utils.bottleneck",
    "torch.utils.collect_env torch.utils.model_zoo torch.utils.model_dump torch.utils.file_baton torch.utils._config_module",
    "torch.utils.data.datapipes torch.distributed.rpc torch.distributed.run torch.distributed.launch torch.distributed.elastic",
    "torch.multiprocessing torch.testing torch.cuda._sanitizer torch._jit_internal torch._lobpcg torch._sources",
    "fickling picklescan modelscan modelaudit saferpickle model_unpickler",
    "pandas.read_pickle pandas.eval pandas.io pandas.core.computation keras.layers.Lambda tensorflow.io",
  ].join(" "),
);

/** Ways from a harmless module to another one: `("torch", "serialization.os.system")`. */
const DANGEROUS_PARTS: ReadonlySet<string> = words(
  "os sys subprocess builtins importlib runpy pty shutil socket ctypes posix nt pickle marshal eval exec execfile compile system popen Popen open globals getattr setattr",
);

const GETATTR: ReadonlySet<string> = words("builtins.getattr __builtin__.getattr");

/**
 * The names that one file's pickles refer to. Nothing is looked up or run; the names are judged as Python would find
 * them if it did.
 */
export class PickleNames {
  readonly #suspicious = new Set<string>();
  /** A `getattr` that no harmless call has explained yet. */
  #getattr: string | undefined;
  #explained = false;

  /** In order of appearance: `os.system`. */
  get suspicious(): readonly string[] {
    const unexplained = this.#explained || this.#getattr === undefined ? [] : [this.#getattr];
    return [...new Set([...this.#suspicious, ...unexplained])];
  }

  /** A class or function that the pickle names. A `getattr` is judged by its call. */
  note({ module, name }: PickleGlobal): void {
    const path = `${module}.${name}`;
    if (GETATTR.has(path)) this.#getattr ??= path;
    else if (isSuspicious(module, name)) this.#suspicious.add(path);
  }

  /** A frame that ends within an opcode: readers with and without a buffer then read different pickles. */
  noteFrame(): void {
    this.#suspicious.add("a frame that ends within an opcode");
  }

  /** A BUILD on a class or module itself: it would change that for everyone. */
  noteState(target: PickleValue): void {
    if (isRecord(target) && target.kind === "global") this.#suspicious.add(`${target.module}.${target.name}.__dict__`);
  }

  /** A class or function whose name is no text of the pickle, but what a call would give. */
  noteComputed(): void {
    this.#suspicious.add("a name that is computed");
  }

  /**
   * A call. YOLOv5's Segment keeps `Detect.forward`, pickled as `getattr(Detect, "forward")`, and a module after `fuse()` its
   * own `forward_fuse`: these spell names. Any other use of getattr can reach everything.
   */
  noteCall(callable: PickleValue, [target, attribute]: readonly PickleValue[]): void {
    const path = globalKey(callable)?.replace(" ", ".") ?? "";
    if (!GETATTR.has(path)) return;
    const owner = classOf(target);
    if (owner && typeof attribute === "string") {
      this.#explained = true;
      this.note({ ...owner, name: `${owner.name}.${attribute}` });
    } else this.#suspicious.add(path);
  }
}

/** A class, or that of an instance which only its `__new__` has made. */
function classOf(value: PickleValue | undefined): PickleGlobal | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === "global") return value;
  const { callable } = value.kind === "object" && value.made === "new" ? value : {};
  return isRecord(callable) && callable.kind === "global" ? callable : undefined;
}

function isSuspicious(module: string, name: string): boolean {
  const [first = "", ...rest] = name.split(".");
  if (isStandardLibrary(module)) return !NEEDED.get(module)?.has(first) || rest.some(isWayOut);
  return [first, ...rest].some(isWayOut) || hasDangerousPrefix(`${module}.${name}`);
}

const isWayOut = (part: string): boolean => part.startsWith("__") || DANGEROUS_PARTS.has(part.replace(/^_/, ""));

function hasDangerousPrefix(path: string): boolean {
  for (let end = path.indexOf("."); end >= 0; end = path.indexOf(".", end + 1))
    if (DANGEROUS.has(path.slice(0, end))) return true;
  return DANGEROUS.has(path);
}
