/** The program's version: this is the one place that says it. What is published under it, a test holds to it. */
export const VERSION = "0.1.0";
