// Lit without a shadow tree: the page's own style sheet applies to what it renders.

import { LitElement } from "lit";

export class LightElement extends LitElement {
  protected override createRenderRoot(): this {
    // What the server rendered as a first view is replaced by the living one.
    this.replaceChildren();
    return this;
  }
}

/** Tell the elements around: one typed detail, bubbling. */
export function tell<Detail>(from: Element, name: string, detail: Detail): void {
  from.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}
