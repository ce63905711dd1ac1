export * from "./picture-finding.js";
export { renderHtml } from "./render-html.js";
export { type JsonOptions, REPORT_VERSION, renderJson } from "./render-json.js";
export { renderJUnit } from "./render-junit.js";
export { renderSarif } from "./render-sarif.js";
export * from "./report.js";
export { verdictInWords } from "./verdict-in-words.js";
