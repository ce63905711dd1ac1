import { html } from "../markup.js";

/** On paper: nothing that scrolls or is clicked, colours as they are, no figure cut in two. */
export const paper = html`
@media print{
:root{color-scheme:only light}
html{background:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@page{margin:14mm}
body{font-size:10.5pt;background:none}
body>*{max-width:none;padding-inline:0}
main{gap:28px;padding-block:28px}
.tiles,.toggles,.more>summary::before,.row>summary::before{display:none}
.hero .word{font-size:54pt}
.scroll,.frame{overflow:visible;max-height:none}
section>header,h2,h3,summary{break-after:avoid}
tr,.picture,.worst,.layer-plot,.culprit,.notes li,.facts div,.map{break-inside:avoid}
.network{display:block}
.sides{grid-template-columns:repeat(2,minmax(0,1fr))}
.map{margin-bottom:24px}
.map svg{max-height:240mm}
}
`;
