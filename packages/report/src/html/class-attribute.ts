import { html, type Markup } from "./markup.js";

/** ` class="…"`, or nothing where there is no class. */
export function classAttribute(...names: readonly (string | undefined | false)[]): Markup | undefined {
  const given = names.filter(Boolean).join(" ");
  return given === "" ? undefined : html` class="${given}"`;
}
