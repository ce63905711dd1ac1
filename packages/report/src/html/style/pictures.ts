import { html } from "../markup.js";

/** Boxes of the reference are broad bands, those of the candidate dashes on them: they tell apart without colour. */
export const pictures = html`
.toggles{display:flex;flex-wrap:wrap;gap:8px 24px;margin:0 0 16px;padding:0;border:0;font-size:14px}
.toggles label{display:inline-flex;align-items:center;gap:8px;cursor:pointer;min-height:28px}
.toggles input{width:16px;height:16px;margin:0;accent-color:var(--accent)}
.swatch{width:30px;height:0;border-top:5px solid #1f5fd6}
.swatch.candidate{border-top:3px dashed #b88600}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:24px;align-items:start}
.picture{background:var(--surface);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.mount{background:var(--page)}
.canvas{position:relative;margin-inline:auto}
.canvas img{display:block;width:100%;height:auto}
.boxes{position:absolute;inset:0;width:100%;height:100%}
.boxes rect{fill:none;vector-effect:non-scaling-stroke;pointer-events:all}
.boxes>.reference rect{stroke:#1f5fd6;stroke-width:5}
.boxes>.candidate rect{stroke:#ffc93c;stroke-width:2;stroke-dasharray:7 5}
.boxes>.candidate{filter:drop-shadow(0 0 1px #000)}
.boxes text{font-weight:600;fill:#fff;stroke:#1f5fd6;stroke-width:.25em;paint-order:stroke;stroke-linejoin:round}
.boxes .candidate text{fill:#ffdc7d;stroke:#000}
#pictures:has(#show-reference:not(:checked)) .boxes .reference{display:none}
#pictures:has(#show-candidate:not(:checked)) .boxes .candidate{display:none}
#pictures:has(#show-labels:not(:checked)) .labels{display:none}
.picture figcaption{padding:14px 16px 16px}
.picture h3{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 12px}
.picture dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(92px,1fr));gap:8px 12px;margin-top:10px}
.picture dt{font-size:12px;color:var(--muted)}
.picture dd{font-size:14px}
.picture dd .mark{margin:0}
`;
