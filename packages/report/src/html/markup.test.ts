import { expect, test } from "@jest/globals";
import { breakable } from "./breakable.js";
import { html } from "./markup.js";

test("text is escaped, markup is not escaped twice", () => {
  const name = `<b title="it's">&`;
  expect(`${html`<p title="${name}">${html`<i>${name}</i>`}</p>`}`).toBe(
    '<p title="&lt;b title=&quot;it&#39;s&quot;&gt;&amp;"><i>&lt;b title=&quot;it&#39;s&quot;&gt;&amp;</i></p>',
  );
});

test("lists are joined, what is absent leaves nothing, zero stays", () =>
  expect(`${html`<p>${["a", html`<b>${1}</b>`, [2, undefined]]}${false}${undefined}${0}</p>`}`).toBe(
    "<p>a<b>1</b>20</p>",
  ));

test("what only looks like markup is refused", () => {
  const forged = { toString: () => "<script>" } as unknown as string; // as data of the wrong type would be
  expect(() => `${html`<p>${forged}</p>`}`).toThrow(TypeError);
});

test("paths may break after their separators", () =>
  expect(`${html`${breakable("a/b.c.jpg")}`}`).toBe("a/<wbr>b.<wbr>c.jpg"));
