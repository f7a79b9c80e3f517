// KaTeX, as a chunk that loads with the first formula.

import * as katex from "katex";

interface TreeNode {
  attributes?: Record<string, string>;
  children?: TreeNode[];
  toNode(): HTMLElement;
}

const { __renderToDomTree: renderToDomTree } = katex as unknown as {
  __renderToDomTree(tex: string, options: katex.KatexOptions): TreeNode;
};

const LONGEST = 10_000; // characters; KaTeX recurses, and deep nesting ends the stack
const LIMITS = { maxSize: 5, maxExpand: 300, trust: false, strict: "ignore" } as const;

/** Typeset `tex` into `element`; TeX that KaTeX cannot read is shown as it was written. */
export function typeset(element: HTMLElement, tex: string, displayMode: boolean): void {
  try {
    if (tex.length > LONGEST) throw new RangeError("a formula of this length is not typeset");
    const tree = renderToDomTree(tex, { ...LIMITS, displayMode, throwOnError: true });
    moveStylesAside(tree);
    const node = tree.toNode();
    applyStyles(node);
    element.replaceChildren(node);
  } catch (error) {
    if (!(error instanceof katex.ParseError || error instanceof RangeError)) throw error;
    element.classList.add("math-unreadable");
    element.textContent = tex;
  }
}

// KaTeX writes a few style attributes, which the content security policy forbids; the same styles
// set one by one are allowed.
function moveStylesAside(node: TreeNode): void {
  const { attributes } = node;
  if (attributes?.["style"] !== undefined) {
    attributes["data-style"] = attributes["style"];
    delete attributes["style"];
  }
  node.children?.forEach(moveStylesAside);
}

function applyStyles(root: HTMLElement): void {
  for (const element of root.querySelectorAll<HTMLElement | SVGElement>("[data-style]")) {
    element.style.cssText = element.dataset["style"] ?? "";
    element.removeAttribute("data-style");
  }
}
