import { hasBytes, latin1 } from "./bytes.js";
import type { FileProbe } from "./format.js";
import { isTarHeader } from "./tar/archive.js";
import type { ZipArchive } from "./zip/archive.js";

/** A format that is recognised and not read. */
export interface ForeignFormat {
  /** Completes "the file looks like …". */
  readonly looksLike: string;
  readonly hint: string;
  matches(probe: FileProbe): boolean;
}

const SAVE_AGAIN = "load it in torch and save it again with torch.save(model.state_dict(), 'weights.pt')";
const UNPACK = "unpack it and give the file inside";
const DOWNLOAD = "the download went wrong: fetch the file itself, not its page";

const startsWith = (looksLike: string, hint: string, signature: readonly number[], offsetBytes = 0): ForeignFormat => ({
  looksLike,
  hint,
  matches: ({ head }) => hasBytes(head, signature, offsetBytes),
});

const startsWithText = (looksLike: string, hint: string, pattern: RegExp): ForeignFormat => ({
  looksLike,
  hint,
  matches: ({ head }) => pattern.test(latin1(head)),
});

const zipWith = (looksLike: string, hint: string, test: (archive: ZipArchive) => boolean): ForeignFormat => ({
  looksLike,
  hint,
  matches(probe) {
    const archive = probe.archive();
    return archive !== undefined && test(archive);
  },
});

const hasSuffix =
  (suffix: string) =>
  (archive: ZipArchive): boolean =>
    [...archive.entries.keys()].some((name) => name.endsWith(suffix));

/** In order: the first that matches names the file. */
export const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  zipWith("a NumPy .npz archive with other files in it", "save the arrays alone", hasSuffix(".npy")),
  zipWith("a zip archive around a checkpoint", UNPACK, (archive) =>
    [".pt", ".pth", ".safetensors"].some((suffix) => hasSuffix(suffix)(archive)),
  ),
  zipWith(
    "a zip archive without a data.pkl, which is no torch checkpoint",
    "check where the file came from",
    () => true,
  ),
  startsWithText("a web page", DOWNLOAD, /^(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|!--)/i),
  startsWithText(
    "a git-lfs pointer, not the file it points to",
    "run git lfs pull",
    /^version https:\/\/git-lfs\.github\.com\//,
  ),
  startsWith("an HDF5 file (Keras)", SAVE_AGAIN, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
  startsWith("a 7z archive", UNPACK, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  startsWith("a RAR archive", UNPACK, [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]),
  startsWith("a gzip file", UNPACK, [0x1f, 0x8b]),
  startsWith("an xz file", UNPACK, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  startsWith("a bzip2 file", UNPACK, [0x42, 0x5a, 0x68]),
  startsWith("a Zstandard file", UNPACK, [0x28, 0xb5, 0x2f, 0xfd]),
  { looksLike: "a tar archive", hint: UNPACK, matches: ({ head }) => isTarHeader(head) },
  startsWith("a GGUF file", "GGUF files are not read; export safetensors", [0x47, 0x47, 0x55, 0x46]),
  startsWith("a TensorFlow Lite model", "give the checkpoint it was made from", [0x54, 0x46, 0x4c, 0x33], 4),
  startsWith("a TensorRT engine", "give the checkpoint it was made from", [0x66, 0x74, 0x72, 0x74]),
  startsWith("a TensorRT engine", "give the checkpoint it was made from", [0x70, 0x74, 0x72, 0x74]),
  startsWithText(
    "a YAML description of a network",
    "give it as the configuration, and a checkpoint as the weights",
    /(^|\n)(nc|backbone|head)\s*:/,
  ),
];
