import { html } from "../markup.js";
import { DARK, LIGHT, variables } from "../palette.js";

/** Colours, type and the page's measure. */
export const base = html`
:root{${variables(LIGHT)}color-scheme:light dark;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
--mono:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--page);color:var(--text);font:400 15px/1.55 var(--sans);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
body>*{max-width:1160px;margin-inline:auto;padding-inline:clamp(16px,4vw,40px)}
h1,h2,h3,p,figure,ul,dl,dd{margin:0;padding:0}
ul{list-style:none}
h2{font-size:22px;line-height:1.25;font-weight:650;letter-spacing:-.012em;text-wrap:balance}
h3{font-size:15px;font-weight:650;line-height:1.4}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
code,.mono{font-family:var(--mono);font-size:.92em}
.unbroken{white-space:nowrap}
.quiet{color:var(--muted)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
main{display:grid;gap:72px;padding-block:64px 72px}
main>section{min-width:0}
section>header{margin-bottom:20px;max-width:72ch}
.lead{margin-top:6px;color:var(--muted)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:20px}
.mark{width:1em;height:1em;flex:none;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round;vertical-align:-.13em}
.mark.passed,.outcome.passed{color:var(--good)}
.mark.failed,.outcome.failed{color:var(--bad)}
.mark.skipped,.outcome.skipped{color:var(--muted)}
.outcome{white-space:nowrap}
.outcome .mark{margin-right:.4em}
.outcome.failed{font-weight:650}
details>summary{cursor:pointer}
.more{margin-top:14px}
.more>summary{display:inline-block;padding:6px 0;color:var(--accent);font-weight:550}
.more>summary::before,.row>summary::before{content:"";display:inline-block;width:.42em;height:.42em;margin-right:.6em;border:solid currentColor;border-width:0 2px 2px 0;transform:translateY(-.1em) rotate(-45deg)}
:is(.more,.row)[open]>summary::before{transform:translateY(-.18em) rotate(45deg)}
.more[open]>summary{margin-bottom:8px}
footer p{padding-block:20px 40px;color:var(--muted);font-size:13px;border-top:1px solid var(--line)}
`;
