// Parts of the renderer that most battles never need, loaded when the first one does.

import { useHighlight } from "./grammar";

type Typeset = (element: HTMLElement, tex: string, displayMode: boolean) => void;

let typesetter: Promise<Typeset> | undefined;
let highlighter: Promise<void> | undefined;

/** KaTeX with its stylesheet; without a connection, formulas are shown as TeX. */
export function loadTypesetter(): Promise<Typeset> {
  typesetter ??= Promise.all([import("./typeset"), loadStyles("math.css")])
    .then(([{ typeset }]) => typeset)
    .catch(() => showSource);
  return typesetter;
}

/** The highlighter; without a connection, code stays plain. */
export function loadHighlighter(): Promise<void> {
  highlighter ??= import("./highlight").then(({ highlight }) => useHighlight(highlight)).catch(() => undefined);
  return highlighter;
}

function showSource(element: HTMLElement, tex: string): void {
  element.textContent = tex;
}

function loadStyles(file: string): Promise<void> {
  return new Promise((loaded, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(file, import.meta.url).href;
    link.addEventListener("load", () => loaded());
    link.addEventListener("error", failed);
    document.head.append(link);
  });
}
