import { expect, test } from "@jest/globals";
import { sampleReport } from "../testing/sample-report.js";
import { bisectionSection } from "./bisection.js";
import { dataTable } from "./data-table.js";
import { edgePath } from "./edge-path.js";
import { errorScale } from "./error-scale.js";
import { errorStrip } from "./error-strip.js";
import { nodeGraph } from "./node-graph.js";
import { pictureFigure } from "./picture-figure.js";

test("an error's strip", () => {
  const dots = [
    { error: 1e-6, ok: true },
    { error: 1e-3, ok: false },
  ];
  expect(`${errorStrip(dots, 1e-4, errorScale([1e-6, 1e-3, 1e-4]))}`).toMatchInlineSnapshot(`
"
<svg class="strip" width="100%" height="20" aria-hidden="true">
<line class="track" x1="0" x2="100%" y1="10" y2="10"/>
<line class="tolerance" x1="50%" x2="50%" y1="1" y2="19"/>
<circle class="dot" cx="0%" cy="10" r="4"/><svg x="75%" y="10" overflow="visible"><path class="cross" d="M-4-4 4 4M4-4-4 4"/></svg>
</svg>"
`);
});

test("a table", () =>
  expect(
    `${dataTable({
      caption: "Two & two",
      columns: [{ label: "Name" }, { label: "Count", kind: "figure" }],
      rows: [{ cells: ["a<b", 2] }, { cells: ["c", 3], failed: true }],
    })}`,
  ).toMatchInlineSnapshot(`
"
<div class="scroll" role="region" aria-label="Two &amp; two" tabindex="0"><table>
<caption>Two &amp; two</caption>
<thead><tr><th scope="col">Name</th><th scope="col" class="figure">Count</th></tr></thead>
<tbody>
<tr><th scope="row">a&lt;b</th><td class="figure">2</td></tr>
<tr class="failed"><th scope="row">c</th><td class="figure">3</td></tr></tbody>
</table></div>"
`));

test("an edge", () =>
  expect(
    `${edgePath([
      { x: 0, y: 0 },
      { x: 0, y: 10 },
      { x: 10, y: 20 },
    ])}`,
  ).toMatchInlineSnapshot(
    `"<path class="edge" d="M0,0L0,1.7C0,3.3,0,6.7,1.7,10C3.3,13.3,6.7,16.7,8.3,18.3L10,20"/><path class="head" transform="translate(10 20) rotate(45)" d="M0 0l-6.8 -4v8z"/>"`,
  ));

test("nodes of which one goes and one is rewritten", () => {
  const [, row] = sampleReport().network!.rows;
  expect(`${nodeGraph(row!.before, row!.after.nodes, "Before")}`).toMatchInlineSnapshot(`
"
<svg class="nodes" role="img" aria-label="Before" viewBox="0 0 141 108" style="max-width:141px;min-width:99px">
<path class="edge" d="M70.4,25L70.4,26.5C70.4,28,70.4,31,70.4,34C70.4,37,70.4,40,70.4,41.5L70.4,43"/><path class="head" transform="translate(70.4 43) rotate(90)" d="M0 0l-5.1 -3v6z"/><path class="edge" d="M70.4,65L70.4,66.5C70.4,68,70.4,71,70.4,74C70.4,77,70.4,80,70.4,81.5L70.4,83"/><path class="head" transform="translate(70.4 83) rotate(90)" d="M0 0l-5.1 -3v6z"/>
<g class="node"><title>Conv
model.1.conv</title><rect x="49.2" y="3" width="42.4" height="22" rx="5"/><text x="70.4" y="18">Conv</text></g><g class="node gone"><title>BatchNormalization
model.1.bn</title><rect x="3" y="43" width="134.8" height="22" rx="5"/><text x="70.4" y="58">BatchNormalization</text></g><g class="node"><title>Sigmoid
model.1.act</title><rect x="39.3" y="83" width="62.2" height="22" rx="5"/><text x="70.4" y="98">Sigmoid</text></g>
</svg>"
`);
  expect(`${nodeGraph(row!.after, row!.before.nodes, "After")}`).toMatchInlineSnapshot(`
"
<svg class="nodes" role="img" aria-label="After" viewBox="0 0 69 68" style="max-width:69px;min-width:48px">
<path class="edge" d="M34.1,25L34.1,26.5C34.1,28,34.1,31,34.1,34C34.1,37,34.1,40,34.1,41.5L34.1,43"/><path class="head" transform="translate(34.1 43) rotate(90)" d="M0 0l-5.1 -3v6z"/>
<g class="node rewritten"><title>Conv
model.1.conv
fold-batch-norm</title><rect x="12.9" y="3" width="42.4" height="22" rx="5"/><text x="34.1" y="18">Conv</text></g><g class="node"><title>Sigmoid
model.1.act</title><rect x="3" y="43" width="62.2" height="22" rx="5"/><text x="34.1" y="58">Sigmoid</text></g>
</svg>"
`);
});

test("a picture", () =>
  expect(`${pictureFigure(sampleReport().pictures![0]!)}`).toMatchInlineSnapshot(`
"
<figure class="picture">
<div class="mount"><div class="canvas" style="max-width:613px">
<img src="data:image/jpeg;base64,/9j/4A==" alt="crowd.jpg with 2 boxes of the reference and 1 of the candidate" width="64" height="48">
<svg class="boxes" viewBox="0 0 64 48" aria-hidden="true" font-size="1.68">
<g class="reference"><rect x="4" y="5" width="16.5" height="25.25"><title>Reference: star 0.875</title></rect><rect x="30" y="5" width="20" height="25.25"><title>Reference: cross 0.875</title></rect></g>
<g class="candidate"><rect x="4" y="5" width="16.6" height="25.25"><title>Candidate: star 0.874</title></rect></g>
<g class="labels"><g class="reference"><text x="4" y="4.58">star 0.875</text><text x="30" y="4.58">cross 0.875</text></g><g class="candidate"><text x="4" y="29.83">star 0.874</text></g></g>
</svg></div></div>
<figcaption><h3>crowd.jpg <span class="outcome failed"><svg class="mark failed" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4 12 12M12 4 4 12"/></svg>changed</span></h3>
<dl>
<div><dt>Same boxes</dt><dd>1</dd></div>
<div><dt>Missing</dt><dd><strong><svg class="mark failed" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4 12 12M12 4 4 12"/></svg> 1</strong></dd></div><div><dt>Extra</dt><dd>0</dd></div><div><dt>Other class</dt><dd>0</dd></div><div><dt>Other order</dt><dd>0</dd></div>
<div><dt>Score change</dt><dd>1.00e-3</dd></div><div><dt>Least IoU</dt><dd>0.994</dd></div><div><dt>Least mask IoU</dt><dd>0.900</dd></div>
</dl></figcaption>
</figure>"
`));

test("a bisection", () =>
  expect(`${bisectionSection(sampleReport())?.body}`).toMatchInlineSnapshot(`
"
<dl class="culprit">
<div><dt>Pass</dt><dd>fold</dd></div>
<div><dt>Rewrite</dt><dd><code>fold-batch-norm</code> number 2</dd></div>
<div><dt>Node</dt><dd>Conv <code>model.1.conv</code></dd></div>
<div><dt>Yaml row</dt><dd>backbone[1]</dd></div>
<div><dt>Error</dt><dd><strong>2.00e-3</strong> of scale, absolute 1.60e-2; 20 times the tolerance of <span class="unbroken">1e-4</span> (FOLD)</dd></div>
<div><dt>Reproducer</dt><dd><code>out/reproducer</code>, the smallest graphs before and after, and their inputs</dd></div>
</dl>"
`));
