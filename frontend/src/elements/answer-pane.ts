// <answer-pane>: what one side says in one turn. Tells `retry`.

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Answer, Side } from "../battle/types";
import { LightElement, tell } from "./light-element";
import "./markdown-text";

@customElement("answer-pane")
export class AnswerPane extends LightElement {
  @property() side: Side = "a";
  @property({ attribute: false }) answer: Answer | null = null;
  /** Whether both sides have ended, so that what failed may be tried again. */
  @property({ type: Boolean }) canRetry = false;

  override render() {
    const { answer } = this;
    if (answer === null) return html``;
    const isStreaming = answer.state === "streaming";
    const waits = isStreaming && answer.text === "";
    return html`
      <article class="answer" data-side=${this.side} data-state=${answer.state} aria-busy=${isStreaming}>
        <h3 class="visually-hidden">Answer ${this.side.toUpperCase()}</h3>
        ${waits ? WAITING : nothing} ${waits && answer.isLong ? STILL_WORKING : nothing}
        <markdown-text class="prose" .text=${answer.text} .streaming=${isStreaming}></markdown-text>
        ${answer.state === "stopped" ? html`<p class="answer-note">Stopped here.</p>` : nothing}
        ${answer.state === "failed" ? this.problem(answer) : nothing} ${this.reasoning(answer)}
      </article>
    `;
  }

  private problem(answer: Answer) {
    return html`<div class="answer-problem">
      <p>${answer.problem ?? "This side could not answer."}</p>
      <button type="button" class="button" ?disabled=${!this.canRetry} @click=${() => tell(this, "retry", this.side)}>
        Retry
      </button>
    </div>`;
  }

  private reasoning(answer: Answer) {
    if (!answer.reasoning) return nothing;
    return html`<details class="reasoning">
      <summary>Its reasoning</summary>
      <markdown-text class="prose" .text=${answer.reasoning} .streaming=${false}></markdown-text>
    </details>`;
  }
}

const STILL_WORKING = html`<p class="answer-note">Still working. Some questions take a minute.</p>`;

const WAITING = html`<div class="waiting" role="img" aria-label="Waiting for the first words">
  <span></span><span></span><span></span>
</div>`;
