// <markdown-text>: Markdown that may still be growing.

import { BlockSplitter } from "../markdown/blocks";
import { loadHighlighter, loadTypesetter } from "../markdown/lazy";
import { patchNode } from "../markdown/patch";
import { sanitised } from "../markdown/sanitise";
import { copyText } from "../page/clipboard";

const COPIED_MS = 1500;

/** Renders at most once per animation frame, and touches only the blocks that changed. */
export class MarkdownText extends HTMLElement {
  private readonly splitter = new BlockSplitter();
  private shown: string[] = [];
  private source = "";
  private unfinished = false;
  private frame = 0;

  connectedCallback(): void {
    this.addEventListener("click", this.onClick);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.onClick);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  set text(text: string) {
    if (text !== this.source) this.schedule();
    this.source = text;
  }

  /** Whether more text is coming. */
  set streaming(streaming: boolean) {
    if (streaming !== this.unfinished) this.schedule();
    this.unfinished = streaming;
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
    });
  }

  private render(): void {
    const blocks = this.splitter.split(this.source, this.unfinished);
    for (const [index, html] of blocks.entries()) {
      if (html !== this.shown[index]) this.show(index, html);
    }
    while (this.children.length > blocks.length) this.lastElementChild?.remove();
    this.shown = blocks;
    this.enrich();
    this.dispatchEvent(new Event("text-rendered", { bubbles: true }));
  }

  private show(index: number, html: string): void {
    const wanted = sanitised(html).firstElementChild ?? document.createElement("p");
    if (wanted.localName !== "div") wanted.setAttribute("dir", "auto");
    const old = this.children[index];
    if (old === undefined) this.append(wanted);
    else if (!patchNode(old, wanted)) old.replaceWith(wanted);
  }

  private enrich(): void {
    if (this.querySelector("[data-tex]:empty") !== null) void this.typesetMath();
    if (this.querySelector("code[data-language]") !== null) void this.colourCode();
  }

  private async typesetMath(): Promise<void> {
    const typeset = await loadTypesetter();
    for (const element of this.querySelectorAll<HTMLElement>("[data-tex]:empty")) {
      typeset(element, element.dataset["tex"] ?? "", "display" in element.dataset);
    }
  }

  private isColoured = false;

  /** The grammar highlights from now on; what was rendered before must be rendered once more. */
  private async colourCode(): Promise<void> {
    if (this.isColoured) return;
    this.isColoured = true;
    await loadHighlighter();
    this.splitter.forget();
    this.schedule();
  }

  private readonly onClick = (event: Event): void => {
    const button = event.target;
    if (!(button instanceof HTMLButtonElement) || !("copy" in button.dataset)) return;
    const code = button.closest(".code-block")?.querySelector("code")?.textContent ?? "";
    void copyText(code).then((copied) => {
      button.textContent = copied ? "Copied" : "Select and copy by hand";
      setTimeout(() => (button.textContent = "Copy"), COPIED_MS);
    });
  };
}

customElements.define("markdown-text", MarkdownText);
