import { html } from "../markup.js";

/** The verdict and the tiles under it. */
export const hero = html`
.hero{padding-top:40px;display:grid;grid-template-columns:minmax(0,1fr) minmax(0,440px);gap:28px 56px;align-items:end}
.hero>.eyebrow,.hero>.tiles{grid-column:1/-1}
.eyebrow{color:var(--muted);font-size:13px}
.hero h1{font-weight:400}
.hero .word{display:flex;align-items:center;gap:.14em;font-size:clamp(56px,9vw,104px);line-height:1;font-weight:750;letter-spacing:-.045em}
.hero .word .mark{width:.78em;height:.78em;stroke-width:2.8;margin-left:-.06em}
.hero.passed .word{color:var(--good)}
.hero.failed .word{color:var(--bad)}
.hero .why{display:block;margin-top:18px;font-size:20px;line-height:1.4;letter-spacing:-.005em;max-width:34em;text-wrap:pretty}
.hero .words{margin-top:12px;max-width:40em}
.hero .title{margin-top:10px;color:var(--muted)}
.worst{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:20px 24px 18px}
.worst.failed{background:var(--bad-surface);border-color:var(--bad)}
.worst h2{font-size:13px;font-weight:500;letter-spacing:0;color:var(--muted)}
.worst .figure{font-size:40px;line-height:1.15;font-weight:650;letter-spacing:-.025em;margin-top:2px}
.worst .unit{margin-left:.5em;font-size:14px;font-weight:400;letter-spacing:0;color:var(--muted)}
.worst.failed .figure{color:var(--bad)}
.worst.failed :is(h2,.unit,.quiet,.ticks){color:var(--text)}
.worst .margin{margin-top:2px}
.worst>.quiet{font-size:13px;margin-top:10px}
.gauge{margin-top:10px;padding-inline:7px}
.gauge svg{display:block;overflow:visible}
.gauge .track{fill:var(--line)}
.gauge .reach,.gauge .needle{fill:var(--accent)}
.worst.failed :is(.reach,.needle){fill:var(--bad)}
.gauge .needle{stroke:var(--surface);stroke-width:2}
.tolerance{stroke:var(--text);stroke-width:2;stroke-dasharray:4 2}
.ticks{position:relative;height:18px;font-size:11px;color:var(--muted)}
.ticks span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.tiles ul{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:1px;background:var(--surface);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.tiles li{box-shadow:0 0 0 1px var(--line)}
.tiles a{display:block;height:100%;padding:12px;color:inherit;text-decoration:none}
.tiles a:hover .value{color:var(--accent)}
.tiles a:focus-visible{outline-offset:-3px}
.tiles .label{display:block;font-size:13px;color:var(--muted)}
.tiles .value{display:flex;align-items:center;gap:.4em;font-size:14px;font-weight:600;overflow-wrap:break-word}
@media (max-width:760px){
.hero{grid-template-columns:minmax(0,1fr);padding-top:24px;gap:24px}
.hero .why{font-size:18px}
.worst{padding-inline:18px}
.tiles ul{grid-template-columns:1fr 1fr}
main{gap:56px;padding-block:48px}
}
`;
