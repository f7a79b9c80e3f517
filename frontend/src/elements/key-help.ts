// <key-help>: the keys that work in a battle, in a dialog.

import { html } from "lit";
import { customElement, query } from "lit/decorators.js";
import { LightElement } from "./light-element";

const KEYS: readonly (readonly [string[], string])[] = [
  [["1", "←"], "A is better"],
  [["2", "="], "Tie"],
  [["3", "0"], "Both bad"],
  [["4", "→"], "B is better"],
  [["n"], "New battle"],
  [["?"], "These keys"],
];

@customElement("key-help")
export class KeyHelp extends LightElement {
  @query("dialog") private dialog!: HTMLDialogElement;

  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render() {
    return html`<dialog class="key-help" aria-labelledby="key-help-title">
      <h2 id="key-help-title">Keys</h2>
      <dl>
        ${KEYS.map(
          ([keys, meaning]) => html`<div>
            <dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
            <dd>${meaning}</dd>
          </div>`,
        )}
      </dl>
      <p class="muted">They rest while you type; Escape leaves the text field.</p>
      <form method="dialog"><button class="button">Close</button></form>
    </dialog>`;
  }
}
