// Writes docs/module-names.md: every module that a yaml may name.
import { writeFileSync } from "node:fs";
import { listModules } from "../packages/compiler/dist/index.js";

const code = (names) => names.map((name) => `\`${name}\``).join(", ");

const sections = listModules().map(({ family, groups }) =>
  [
    `## ${family}`,
    "",
    "| Arguments | Modules |",
    "| --- | --- |",
    ...groups.map(({ signature, names }) => `| ${code(signature) || "none"} | ${code(names)} |`),
    "",
  ].join("\n"),
);

const head = `# What a yaml may name

\`yolo-compile modules\` prints the same; \`node scripts/list-modules.mjs\` writes this file. Arguments are those of the module's
call: a yaml leaves out \`c1\` and \`n\`, which parse_model adds. A name of timm's may have a set of weights behind it, which changes
nothing: \`resnet50.a1_in1k\`. Modules of your own: [modules.md](modules.md).
`;

writeFileSync(new URL("../docs/module-names.md", import.meta.url), `${head}\n${sections.join("\n")}`);
