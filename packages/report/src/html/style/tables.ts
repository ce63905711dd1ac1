import { html } from "../markup.js";

/** Tables, and the small plots in them. */
export const tables = html`
.scroll{position:relative;overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:10px}
table{width:100%;border-collapse:collapse;font-size:14px;line-height:1.4}
caption{padding:12px 16px 4px;text-align:left;color:var(--muted);font-size:13px}
th,td{padding:7px 10px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
:is(th,td):first-child{padding-left:16px}
:is(th,td):last-child{padding-right:16px}
thead th{border-top:0;font-weight:500;font-size:13px;color:var(--muted);vertical-align:bottom}
th,td{overflow-wrap:break-word}
tbody th{font-weight:500;min-width:9em;max-width:24em}
.figure:is(th,td){text-align:right}
td.figure{white-space:nowrap}
.prose:is(th,td){min-width:15em}
td .mark{margin-right:.35em}
.plot:is(th,td){min-width:130px;width:28%}
tr.failed :is(th,td){background:var(--bad-surface)}
.strip{display:block;overflow:visible;min-width:120px}
.strip .track{stroke:var(--line)}
.strip .tolerance{stroke-width:1.5;stroke-dasharray:3 2}
.dot{fill:var(--accent);fill-opacity:.85;stroke:var(--surface)}
.cross{fill:none;stroke:var(--bad);stroke-width:2.2;stroke-linecap:round}
tr:target :is(th,td){outline:2px solid var(--accent);outline-offset:-2px}
.sideways{display:none}
@media (max-width:760px){
.sideways{display:block}
table{font-size:13px}
tbody th{min-width:7em}
th,td{padding-inline:5px}
:is(th,td):first-child{padding-left:12px}
:is(th,td):last-child{padding-right:12px}
}
`;
