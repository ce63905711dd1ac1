#!/usr/bin/env node
// What cannot be loaded is a matter of the installation or of the machine: 74 is EX_IOERR of sysexits.h, README.md.
const refuse = (problem) => {
  process.stderr.write(`error system/refused: ${problem}\n`);
  process.exit(74);
};
const OLDEST = [20, 19]; // "engines" of package.json
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
  refuse(`yolo-compile needs Node ${OLDEST.join(".")} or later, this is ${process.versions.node}: https://nodejs.org`);
const { main } = await import("../bundle/main.js").catch((error) =>
  refuse(`yolo-compile cannot be loaded: ${error.message}`),
);
await main(process.argv.slice(2));
