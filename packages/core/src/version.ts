/** The program's version; a test holds the published manifest to it. */
export const VERSION = "0.1.0";
