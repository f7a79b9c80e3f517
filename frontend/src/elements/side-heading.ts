// <side-heading>: the letter of a side and how it is doing; after the vote, who it was.

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Answer, Contestant, Side } from "../battle/types";
import { LightElement } from "./light-element";

@customElement("side-heading")
export class SideHeading extends LightElement {
  @property() side: Side = "a";
  @property({ attribute: false }) answer: Answer | null = null;
  @property({ attribute: false }) contestant: Contestant | null = null;
  /** Whether the person preferred this side. */
  @property({ type: Boolean, reflect: true }) preferred = false;

  override render() {
    return html`
      <span class="side-letter" aria-hidden="true">${this.side.toUpperCase()}</span>
      ${this.contestant === null ? this.anonymous() : this.named(this.contestant)}
    `;
  }

  private anonymous() {
    return html`<span class="side-text">
      <span class="side-name">Side ${this.side.toUpperCase()}</span>
      <span class="side-status" data-status=${statusOf(this.answer)}>${STATUS[statusOf(this.answer)]}</span>
    </span>`;
  }

  private named(contestant: Contestant) {
    const status = statusOf(this.answer);
    const isBusy = status === "waiting" || status === "streaming";
    return html`<span class="side-text revealed" data-model=${contestant.id}>
      <bdi class="side-name" title=${contestant.name}>${contestant.name}</bdi>
      ${isBusy
        ? html`<span class="side-status" data-status=${status}>${STATUS[status]}</span>`
        : html`<span class="side-status">
            <bdi class="side-fact">${contestant.organisation}</bdi><bdi class="side-fact">${contestant.licence}</bdi
            >${contestant.endpoint ? html`<span class="side-fact">${contestant.endpoint} endpoint</span>` : nothing}
            ${contestant.demo ? html`<span class="badge">demo</span>` : nothing}
          </span>`}
    </span>`;
  }
}

type Status = "waiting" | "streaming" | "done" | "stopped" | "failed";

const STATUS: Readonly<Record<Status, string>> = {
  waiting: "Thinking",
  streaming: "Answering",
  done: "Done",
  stopped: "Stopped",
  failed: "No answer",
};

function statusOf(answer: Answer | null): Status {
  if (answer === null) return "waiting";
  return answer.state === "streaming" && answer.text === "" ? "waiting" : answer.state;
}
