// <vote-bar>: the four outcomes. Tells `vote`.

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Outcome } from "../battle/types";
import { LightElement, tell } from "./light-element";

interface Choice {
  outcome: Outcome;
  label: string;
  key: string;
}

const CHOICES: readonly Choice[] = [
  { outcome: "a", label: "A is better", key: "1" },
  { outcome: "tie", label: "Tie", key: "2" },
  { outcome: "both_bad", label: "Both bad", key: "3" },
  { outcome: "b", label: "B is better", key: "4" },
];

@customElement("vote-bar")
export class VoteBar extends LightElement {
  @property({ type: Boolean }) disabled = false;
  /** The outcome whose request is on its way. */
  @property({ attribute: false }) chosen: Outcome | null = null;

  override render() {
    return html`<div class="vote-bar" role="group" aria-label="Your vote">
      ${CHOICES.map(
        ({ outcome, label, key }) => html`<button
          type="button"
          class="vote"
          data-outcome=${outcome}
          ?disabled=${this.disabled}
          aria-pressed=${this.chosen === outcome}
          aria-keyshortcuts=${key}
          @click=${() => tell(this, "vote", outcome)}
        >
          <span>${label}</span><kbd aria-hidden="true">${key}</kbd>
        </button>`,
      )}
    </div>`;
  }
}
