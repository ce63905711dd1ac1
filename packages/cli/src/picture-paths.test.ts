import { writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { picturePaths } from "./picture-paths.js";
import { watchCli } from "./testing/watch-cli.js";

const cli = watchCli();

test("a folder gives the pictures that can be read, by name; a file is taken as it is", () => {
  for (const name of ["b.PNG", "a.jpg", "c.bmp", "d.txt"]) writeFileSync(cli.at(name), "");
  expect(picturePaths("--images", cli.folder)).toEqual([cli.at("a.jpg"), cli.at("b.PNG")]);
  expect(picturePaths("--images", cli.at("c.bmp"))).toEqual([cli.at("c.bmp")]);
});
