import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.Node;
export type Element = DefaultTreeAdapterTypes.Element;

export interface Page {
  /** In the order of the document. */
  readonly elements: readonly Element[];
  /** Codes of everything that the HTML standard calls an error. */
  readonly errors: readonly string[];
}

/** A page as a browser's parser sees it. */
export function parsePage(text: string): Page {
  const errors: string[] = [];
  const document = parse(text, { onParseError: ({ code }) => errors.push(code) });
  return { elements: elementsOf(document), errors };
}

function elementsOf(node: Node): Element[] {
  const children = "childNodes" in node ? node.childNodes.flatMap(elementsOf) : [];
  return "tagName" in node ? [node, ...children] : children;
}

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const hasClass = (element: Element, name: string): boolean =>
  attribute(element, "class")?.split(" ").includes(name) ?? false;

/** All text inside, titles of drawings included. */
export const textOf = (node: Node): string =>
  "value" in node ? node.value : "childNodes" in node ? node.childNodes.map(textOf).join("") : "";

/** The sections of the page by id. */
export const sectionsOf = ({ elements }: Page): ReadonlyMap<string, Element> =>
  new Map(
    elements.filter(({ tagName }) => tagName === "section").map((element) => [attribute(element, "id") ?? "", element]),
  );

/** Everything below an element. */
export const descendants = (element: Element): readonly Element[] => elementsOf(element).slice(1);
