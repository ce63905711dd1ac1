import { html } from "../markup.js";
import { WARMEST } from "../palette.js";

/** The error of each layer as points and as heat. */
export const plots = html`
.layer-plot{display:grid;grid-template-columns:auto minmax(0,1fr);column-gap:12px;background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:18px 20px 16px}
.layer-plot .points{display:block;overflow:visible;grid-column:2}
.axis{position:relative;min-width:40px;font-size:12px;color:var(--muted)}
.axis span{position:absolute;right:0;transform:translateY(-50%);white-space:nowrap}
.grid{stroke:var(--line)}
.connection{fill:none;stroke:var(--accent);stroke-opacity:.35;stroke-width:1.5;vector-effect:non-scaling-stroke}
.plot-key{grid-column:2;display:flex;align-items:center;gap:10px;margin-bottom:10px;font-size:13px;color:var(--muted)}
.plot-key svg{flex:none}
.points .dot{stroke-width:1.5;fill-opacity:1}
.points .dot:hover{fill:var(--text)}
.catch{fill:transparent}
.uncovered{fill:var(--surface);stroke:var(--muted);stroke-width:1.5;stroke-dasharray:2 2}
.strip-label{grid-column:1;align-self:end;text-align:right;font-size:12px;line-height:22px;color:var(--muted)}
.heat{grid-column:2;display:flex;gap:1px;list-style:none;margin:10px 0 0;padding:0;font-size:11px;line-height:22px;text-align:center}
.heat li{flex:1 1 0;min-width:0;height:22px;overflow:hidden;border-radius:2px;color:var(--text);white-space:nowrap;
background:color-mix(in srgb,var(--accent) calc(var(--heat)*${WARMEST}%),var(--page))}
.heat .failed{background:var(--bad);color:var(--surface);font-weight:700}
.heat .unknown{background:none;border:1px dashed var(--muted);line-height:20px;color:var(--muted)}
.bar{display:block;height:10px;margin-top:5px;border-radius:3px;background:color-mix(in srgb,var(--line) 45%,transparent)}
.bar span{display:block;height:100%;border-radius:3px;background:var(--accent)}
.bar.beyond span{background:var(--bad)}
.culprit{background:var(--bad-surface);border:1px solid var(--bad);border-radius:10px;padding:18px 22px;display:grid;gap:8px}
.culprit div{display:grid;grid-template-columns:8em minmax(0,1fr)}
.culprit dt{color:var(--muted)}
@media (max-width:760px){
.layer-plot{padding-inline:12px;column-gap:8px}
.heat li{font-size:0}
}
`;
