// <battle-turn>: one message and the answers to it. Tells `side-shown` when a phone is swiped.

import { html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { imagesOf, type Side, textOf, type Turn } from "../battle/types";
import "./answer-pane";
import { LightElement, tell } from "./light-element";

@customElement("battle-turn")
export class BattleTurn extends LightElement {
  @property({ attribute: false }) turn: Turn | null = null;
  @property({ type: Boolean }) canRetry = false;
  /** What is said of this turn beneath its question, if anything. */
  @property() note = "";
  @query(".answers") private answers!: HTMLElement;

  /** On a phone, bring one side into view; elsewhere both are. */
  show(side: Side, behavior: ScrollBehavior): void {
    const pane = this.querySelector(`answer-pane[side="${side}"]`);
    if (pane === null || side === this.visibleSide()) return;
    const left = pane.getBoundingClientRect().left - this.answers.getBoundingClientRect().left;
    this.answers.scrollBy({ left, behavior });
  }

  /** What can be scrolled must be reachable by keyboard, and nothing else should be a stop. */
  private readonly resizes = new ResizeObserver(() => {
    this.answers.tabIndex = this.answers.scrollWidth > this.answers.clientWidth ? 0 : -1;
  });

  protected override firstUpdated(): void {
    this.resizes.observe(this.answers);
  }

  override disconnectedCallback(): void {
    this.resizes.disconnect();
    super.disconnectedCallback();
  }

  override render() {
    if (this.turn === null) return html``;
    const { turn } = this;
    return html`
      <div class="turn" data-turn=${turn.number}>
        <div class="question">
          <h2 class="visually-hidden">You asked</h2>
          ${pictures(turn)} ${words(turn)}
          ${this.note === "" ? nothing : html`<small class="turn-note">${this.note}</small>`}
        </div>
        <div class="answers" role="group" aria-label="Answers" data-scrolls @scroll=${this.onScroll}>
          ${(Object.keys(turn.responses) as Side[]).map(
            (side) => html`<answer-pane side=${side} .answer=${turn.responses[side] ?? null} .canRetry=${this.canRetry}></answer-pane>`,
          )}
        </div>
      </div>
    `;
  }

  private onScroll(): void {
    tell(this, "side-shown", this.visibleSide());
  }

  private visibleSide(): Side {
    // Right-to-left pages scroll to negative positions.
    return Math.abs(this.answers.scrollLeft) > this.answers.clientWidth / 2 ? "b" : "a";
  }
}

function words(turn: Turn) {
  const text = textOf(turn.message);
  return text === "" ? nothing : html`<p dir="auto">${text}</p>`;
}

/** What the person showed, as the contestants see it; a click shows it in full. */
function pictures(turn: Turn) {
  const images = imagesOf(turn.message);
  if (images.length === 0) return nothing;
  return html`<ul class="question-images" aria-label="Images in your message">
    ${images.map(({ sha256, width, height }, index) => {
      const url = `/api/v1/images/${encodeURIComponent(sha256)}`;
      const alt = `Image ${index + 1}, ${width} by ${height} pixels`;
      return html`<li>
        <a href=${url} target="_blank" rel="noopener"><img src=${url} alt=${alt} width=${width} height=${height} /></a>
      </li>`;
    })}
  </ul>`;
}
