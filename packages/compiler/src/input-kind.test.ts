import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { type InputKind, inputKind } from "./input-kind.js";

const kindOf = (text: string): InputKind => inputKind(bytesSource("file", new TextEncoder().encode(text)));

test.each<[string, string, InputKind]>([
  ["a yaml", "nc: 80\nbackbone: []\n", "config"],
  ["a comment", "# YOLOv5\nnc: 80\n", "config"],
  ["a yaml that starts with a list", "- 1\n", "config"],
  ["a .wts", "1\nmodel.0.weight 1 3f800000\n", "weights"],
  ["a number alone", "80\n", "config"],
  ["a web page", "<!DOCTYPE html>", "weights"],
  ["a git-lfs pointer", "version https://git-lfs.github.com/spec/v1\n", "weights"],
  ["an index of shards", '{"weight_map": {}}', "weights"],
  ["nothing", "", "weights"],
  ["bytes", "PK\u0003\u0004", "weights"],
  ["a model", "\b\u0007\u0012\u0004test", "onnx"],
])("%s", (_, text, kind) => {
  expect(kindOf(text)).toBe(kind);
});
