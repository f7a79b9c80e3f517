// <battle-dock>: what the person can do next, always within reach. Tells `vote`, `compose`, `stop`, `new`.

import { html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { BattleState } from "../battle/state";
import type { Battle, Outcome } from "../battle/types";
import { LightElement, tell } from "./light-element";
import type { Limits, PromptComposer } from "./prompt-composer";
import "./vote-bar";

function sentenceOf({ vote, reveal }: Battle): string {
  if (vote === null) return "What was said in this battle has been forgotten.";
  if (vote.outcome === "tie") return "You called it a tie.";
  if (vote.outcome === "both_bad") return "You found both bad.";
  return `You preferred ${reveal?.[vote.outcome].name ?? vote.outcome.toUpperCase()}.`;
}

@customElement("battle-dock")
export class BattleDock extends LightElement {
  @property({ attribute: false }) session: BattleState | null = null;
  @property({ attribute: false }) chosen: Outcome | null = null;
  @property({ attribute: false }) limits: Limits | null = null;
  @query("prompt-composer") private composer!: PromptComposer;

  clearComposer(): void {
    this.composer.clear();
  }

  override render() {
    const battle = this.session?.battle ?? null;
    if (battle === null) return html``;
    const isOver = battle.state === "voted" || battle.state === "forgotten";
    return html`<section class="dock" aria-label="Your turn" data-state=${battle.state}>
      ${isOver ? this.verdict(battle) : this.choices()}
    </section>`;
  }

  private choices() {
    const { battle, pending } = this.session as BattleState;
    const isVotable = battle?.state === "votable";
    return html`
      ${this.line()}
      <vote-bar .disabled=${!isVotable || pending !== null} .chosen=${this.chosen}></vote-bar>
      <prompt-composer
        label="Follow-up to both"
        placeholder=${(battle?.turns_left ?? 0) > 0 ? "Ask both a follow-up" : "No turns left in this battle"}
        .limits=${this.limits}
        .disabled=${battle?.turns_left === 0 || battle?.state === "broken"}
        .busy=${pending !== null || battle?.state === "answering"}
        .action=${battle?.state === "answering" ? this.stopButton() : null}
      ></prompt-composer>
    `;
  }

  private verdict(battle: Battle) {
    return html`
      <p class="verdict">${sentenceOf(battle)}</p>
      <p class="actions">
        <button type="button" class="button primary" @click=${() => tell(this, "new", null)}>
          New battle <kbd aria-hidden="true">n</kbd>
        </button>
        <a class="button" href="/leaderboard">Leaderboard</a>
      </p>
    `;
  }

  /** One line of constant height: what went wrong, or what can be done now. */
  private line() {
    const { battle, notice, reconnecting } = this.session as BattleState;
    if (notice !== null) return html`<p class="dock-line notice" role="alert">${notice}</p>`;
    if (reconnecting) return html`<p class="dock-line">The connection was lost. Taking it up again…</p>`;
    if (battle?.state === "votable") {
      return html`<p class="dock-line">
        Which answer is better?
        <button type="button" class="quiet keys-hint" @click=${() => tell(this, "keys", null)}>Keys <kbd>?</kbd></button>
      </p>`;
    }
    const broken = "A side has no answer. Retry it, then vote.";
    return html`<p class="dock-line">${battle?.state === "broken" ? broken : "You can vote when both have answered."}</p>`;
  }

  private stopButton() {
    return html`<button
      type="button"
      class="send stop"
      ?disabled=${this.session?.pending !== null}
      @click=${() => tell(this, "stop", null)}
    >
      <span class="visually-hidden">Stop both answers</span><span class="stop-sign" aria-hidden="true"></span>
    </button>`;
  }
}
