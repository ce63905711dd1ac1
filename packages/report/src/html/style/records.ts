import { html } from "../markup.js";

/** Models, faults, notes, environment. */
export const records = html`
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px;align-items:start}
.changed{font-weight:600}
.score{display:block;margin-bottom:16px}
.score .caught{fill:var(--accent)}
.score .lost{fill:var(--bad)}
.apart,.score+.scroll,.scroll+.more{margin-top:14px}
.notes{display:grid;gap:10px}
.notes li{background:var(--surface);border:1px solid var(--line);border-left:4px solid var(--muted);border-radius:8px;padding:12px 16px}
.notes .warning{border-left-color:var(--warning)}
.notes .warning strong{color:var(--warning)}
.notes .error{border-left-color:var(--bad)}
.notes .error strong{color:var(--bad)}
.notes strong{font-weight:600}
.notes pre{margin:8px 0 0;font:12.5px/1.5 var(--mono);white-space:pre-wrap}
.facts{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:6px 20px}
.facts div{display:grid;grid-template-columns:11em minmax(0,1fr);gap:0 16px;padding:9px 0}
.facts div+div{border-top:1px solid var(--line)}
.facts dt{color:var(--muted)}
.hash{font-size:.86em;word-break:break-all}
@media (max-width:760px){
.pair{grid-template-columns:minmax(0,1fr)}
.facts div{grid-template-columns:minmax(0,1fr)}
}
`;
