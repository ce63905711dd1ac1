import { page } from "./html/page.js";
import type { Report } from "./report.js";

/** The report as a page in one file, to be opened from disk: no script, no request, good on paper, small screens and at night. */
export const renderHtml = (report: Report): string => page(report).toString();
