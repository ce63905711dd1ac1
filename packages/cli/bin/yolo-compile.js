#!/usr/bin/env node
// What cannot be loaded is a matter of the installation or of the machine: 74 is EX_IOERR of sysexits.h, README.md.
const { main } = await import("../bundle/main.js").catch((error) => {
  process.stderr.write(`error system/refused: yolo-compile cannot be loaded: ${error.message}\n`);
  process.exit(74);
});
await main(process.argv.slice(2));
