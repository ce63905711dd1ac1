import { html } from "../markup.js";
import { WARMEST } from "../palette.js";

/** The map of rows, the list of rows, and the graphs inside them. */
export const network = html`
.network{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:32px;align-items:start}
.opened:only-child{grid-column:1/-1}
.map svg{display:block;max-width:100%;height:auto;margin-inline:auto}
.map figcaption{margin-top:12px;font-size:13px;max-width:30em}
.ramp{display:inline-block;width:72px;height:.8em;margin-right:.6em;border-radius:3px;vertical-align:-.05em;
background:linear-gradient(90deg,var(--surface),color-mix(in srgb,var(--accent) ${WARMEST}%,var(--surface)));border:1px solid var(--line)}
.edge{fill:none;stroke:var(--muted);stroke-opacity:.7;stroke-width:1.2}
.head{fill:var(--muted)}
.rows rect{fill:var(--surface);stroke:var(--muted);stroke-opacity:.6}
.rows .input text{font-size:12px;fill:var(--muted)}
.rows a rect{fill:color-mix(in srgb,var(--accent) calc(var(--heat)*${WARMEST}%),var(--surface))}
.rows a.unknown rect{stroke-dasharray:4 3}
.rows a.failed rect{fill:var(--bad-surface);stroke:var(--bad);stroke-opacity:1;stroke-width:2.5}
.rows a:hover rect{stroke:var(--accent);stroke-opacity:1;stroke-width:2}
.rows a:focus-visible{outline:none}
.rows a:focus-visible rect{stroke:var(--accent);stroke-opacity:1;stroke-width:3}
.rows text{font-size:11px;fill:var(--text)}
.rows .name{font-size:13px;font-weight:600}
.rows .failed .error{fill:var(--bad);font-weight:600}
.opened{background:var(--surface);border:1px solid var(--line);border-radius:10px;min-width:0}
.key{padding:12px 16px;font-size:13px;color:var(--muted)}
.sample{display:inline-block;width:22px;height:13px;margin:0 .35em 0 0;border:1.5px solid var(--accent);border-radius:4px;vertical-align:-.1em}
.sample.gone{margin-left:1.2em;border:1.5px dashed var(--muted)}
.row{border-top:1px solid var(--line)}
.row>summary{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 10px;padding:7px 16px;font-size:14px;list-style:none}
.row>summary::-webkit-details-marker{display:none}
.row>summary::before{flex:none;margin-right:0;color:var(--muted)}
.row>summary:hover{background:var(--page)}
.row>summary:focus-visible{outline-offset:-2px}
.row .number{min-width:1.6em;text-align:right;color:var(--muted)}
.row .module{font-weight:600}
.row .where,.row .shape{font-size:13px}
.row .count{margin-left:auto;font-size:13px;white-space:nowrap}
.row .error{min-width:5.6em;text-align:right;white-space:nowrap}
.row .inside{padding:4px 16px 18px;scroll-margin-top:52px}
.row .inside:target{box-shadow:inset 3px 0 var(--accent)}
.row.block{margin-inline:-16px}
.rules{font-size:13px;margin-bottom:10px}
.rules span{display:inline-block;margin-right:1.2em}
.inside>.quiet{font-size:13px;margin-bottom:10px}
.sides{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:14px}
.sides figure{min-width:0}
.sides figcaption{font-size:13px;color:var(--muted);margin-bottom:6px}
.frame{max-height:620px;overflow:auto;padding:12px;border:1px solid var(--line);border-radius:8px;background:var(--page)}
.nodes{display:block;width:100%;height:auto;margin-inline:auto}
.node rect{fill:var(--surface);stroke:var(--muted);stroke-opacity:.7}
.node text{font-size:11px;fill:var(--text);text-anchor:middle}
.node.rewritten rect{stroke:var(--accent);stroke-opacity:1;stroke-width:2}
.node.gone rect{stroke-dasharray:4 3;stroke-opacity:1}
.node.gone text{fill:var(--muted)}
.node:hover rect{stroke:var(--text);stroke-opacity:1}
@media (max-width:960px){.network{grid-template-columns:minmax(0,1fr)}}
@media (max-width:760px){
.row>summary{padding-inline:12px}
.row .where,.row .shape{display:none}
.row .inside{padding-inline:12px}
.row.block{margin-inline:-12px}
.sides{grid-template-columns:minmax(0,1fr)}
.frame{max-height:440px}
}
`;
