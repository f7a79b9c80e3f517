// <battle-dock>: what the person can do next, always within reach.
// Tells `vote`, `give-up`, `compose`, `go-on`, `stop`, `new`, `keys`.

import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { BattleState } from "../battle/state";
import { type Battle, type Draft, isDecided, isHidden, type Outcome } from "../battle/types";
import { LightElement, tell } from "./light-element";
import type { Limits, PromptComposer } from "./prompt-composer";
import "./vote-bar";

function verdictOf({ state, vote, reveal }: Battle): string {
  if (state === "given_up") return "Revealed without a vote.";
  if (state === "forgotten") return "What was said in this battle has been forgotten.";
  if (vote?.outcome === "tie") return "You called it a tie.";
  if (vote?.outcome === "both_bad") return "You found both bad.";
  if (vote === null) return "";
  return `You preferred ${reveal?.[vote.outcome]?.name ?? vote.outcome.toUpperCase()}.`;
}

/** What the line above the vote says, where nothing went wrong. */
const LINES: Readonly<Partial<Record<Battle["state"], string>>> = {
  answering: "You can vote when both have answered.",
  votable: "Which answer is better?",
  turn_voted: "Your vote on this turn is in. Go on, or see who they are.",
  broken: "A side has no answer. Retry it, then vote.",
};

/** What it says where one model answers under its name. */
const DIRECT_LINES: Readonly<Partial<Record<Battle["state"], string>>> = {
  answering: "It is answering.",
  broken: "The answer failed. Retry it.",
};

@customElement("battle-dock")
export class BattleDock extends LightElement {
  @property({ attribute: false }) session: BattleState | null = null;
  @property({ attribute: false }) chosen: Outcome | null = null;
  @property({ attribute: false }) limits: Limits | null = null;
  /** Whether the arena lets two others take over. */
  @property({ type: Boolean }) canChange = true;
  @state() private withOthers = false;
  @query("prompt-composer") private composer!: PromptComposer;

  clearComposer(): void {
    this.composer.clear();
    this.withOthers = false;
  }

  override render() {
    const battle = this.session?.battle ?? null;
    if (battle === null) return html``;
    return html`<section class="dock" aria-label="Your turn" data-state=${battle.state}>
      ${this.content(battle)}
    </section>`;
  }

  private content(battle: Battle) {
    if (battle.state === "forgotten") return this.verdict(battle);
    if (isDecided(battle)) return html`${this.verdict(battle)} ${this.notice()} ${this.goingOn(battle)}`;
    if (battle.mode === "direct") return html`${this.line(battle)} ${this.composerOf(battle, "Your next message")}`;
    if (battle.reveal !== null && battle.mode === "battle") {
      return html`${this.line(battle)} ${this.composerOf(battle, "Follow-up to both")}`;
    }
    const cannotVote = battle.state !== "votable" || this.session?.pending !== null;
    return html`
      ${this.line(battle)}
      ${battle.state === "turn_voted"
        ? nothing
        : html`<vote-bar .disabled=${cannotVote} .chosen=${this.chosen}></vote-bar>`}
      ${this.composerOf(battle, "Follow-up to both")}
    `;
  }

  private composerOf(battle: Battle, label: string) {
    const isOut = battle.turns_left === 0;
    const placeholder = battle.mode === "direct" ? "Say more" : "Ask both a follow-up";
    return html`<prompt-composer
      label=${label}
      placeholder=${isOut ? "No turns left in this battle" : placeholder}
      .limits=${this.limits}
      .disabled=${isOut || battle.state === "broken"}
      .busy=${this.session?.pending !== null || battle.state === "answering"}
      .action=${battle.state === "answering" ? this.stopButton() : null}
    ></prompt-composer>`;
  }

  private verdict(battle: Battle) {
    return html`<div class="verdict-line">
      <p class="verdict">${verdictOf(battle)}</p>
      <p class="looking-back">
        <a class="quiet" href="/your-data#battles">Your battles</a>
        ${battle.state === "forgotten"
          ? nothing
          : html`<a class="quiet" href="/battles/${battle.id}/forget">Forget this battle</a>`}
      </p>
      <p class="actions">
        ${this.newButton("button primary")}
        <a class="button" href="/boards/${battle.arena}/overall">Leaderboard</a>
      </p>
    </div>`;
  }

  private newButton(look: string) {
    return html`<button type="button" class=${look} @click=${() => tell(this, "new", null)}>
      New battle <kbd aria-hidden="true">n</kbd>
    </button>`;
  }

  /** After the reveal the talk may go on, with these or with two others; it no longer counts. */
  private goingOn(battle: Battle) {
    if (battle.turns_left === 0) return nothing;
    return html`
      <div class="going-on">
        <fieldset class="modes" ?hidden=${!this.canChange}>
          <legend class="visually-hidden">Go on with</legend>
          ${this.withWhom(false, "With these two")} ${this.withWhom(true, "With two others")}
        </fieldset>
        <p class="muted">${battle.mode === "battle" ? "From here on it is not blind and does not count." : ""}</p>
      </div>
      <prompt-composer
        label=${this.withOthers ? "Go on with two others" : "Go on with both"}
        placeholder="Go on talking"
        .limits=${this.limits}
        .busy=${this.session?.pending !== null}
        @compose=${this.onGoOn}
      ></prompt-composer>
    `;
  }

  private withWhom(others: boolean, label: string) {
    return html`<label class="mode">
      <input
        type="radio"
        name="with-whom"
        .checked=${this.withOthers === others}
        @change=${() => {
          this.withOthers = others;
        }}
      /><span>${label}</span>
    </label>`;
  }

  private onGoOn(event: CustomEvent<Draft>): void {
    if (!this.withOthers) return;
    event.stopPropagation();
    tell(this, "go-on", event.detail);
  }

  /** One line of constant height: what went wrong, or what can be done now. */
  private line(battle: Battle) {
    const { notice, reconnecting } = this.session as BattleState;
    if (notice !== null) return this.notice();
    if (reconnecting) return html`<p class="dock-line">The connection was lost. Taking it up again…</p>`;
    return html`<p class="dock-line">
      ${this.hint(battle)} ${this.revealButton(battle)}
      ${battle.state === "open" ? this.newButton("quiet") : nothing}
      ${battle.state === "votable"
        ? html`<button type="button" class="quiet keys-hint" @click=${() => tell(this, "keys", null)}>
            Keys <kbd>?</kbd>
          </button>`
        : nothing}
    </p>`;
  }

  private hint(battle: Battle): string {
    if (battle.mode === "direct") return DIRECT_LINES[battle.state] ?? "";
    if (battle.state === "answering" && !isHidden(battle) && battle.mode === "battle") return "Both are answering.";
    if (battle.state === "broken" && !isHidden(battle)) return "A side has no answer. Retry it.";
    return LINES[battle.state] ?? "";
  }

  private revealButton(battle: Battle) {
    const canGiveUp = battle.state === "votable" || battle.state === "turn_voted" || battle.state === "broken";
    if (!canGiveUp || !isHidden(battle)) return nothing;
    return html`<button
      type="button"
      class="quiet"
      ?disabled=${this.session?.pending !== null}
      @click=${() => tell(this, "give-up", null)}
    >
      ${battle.state === "turn_voted" ? "Reveal the names" : "Reveal without voting"}
    </button>`;
  }

  private notice() {
    const notice = this.session?.notice ?? null;
    return notice === null ? nothing : html`<p class="dock-line notice" role="alert">${notice}</p>`;
  }

  private stopButton() {
    return html`<button
      type="button"
      class="send stop"
      ?disabled=${this.session?.pending !== null}
      @click=${() => tell(this, "stop", null)}
    >
      <span class="visually-hidden">${this.session?.battle?.mode === "direct" ? "Stop the answer" : "Stop both answers"}</span><span class="stop-sign" aria-hidden="true"></span>
    </button>`;
  }
}
