// <battle-view>: the battle page, from the first question to the reveal.

import { html, nothing } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import { announcement } from "../battle/announce";
import { commandOf } from "../battle/keys";
import { BattleSession } from "../battle/session";
import type { BattleState } from "../battle/state";
import {
  type Battle,
  type Draft,
  isDecided,
  type Mode,
  type Opening,
  type Outcome,
  type Side,
  type Turn,
} from "../battle/types";
import { Follower } from "../page/follow";
import type { BattleDock } from "./battle-dock";
import "./battle-dock";
import type { BattleTurn } from "./battle-turn";
import "./battle-turn";
import type { KeyHelp } from "./key-help";
import "./key-help";
import { LightElement } from "./light-element";
import "./mode-choice";
import type { Limits, PromptComposer } from "./prompt-composer";
import "./prompt-composer";
import "./side-heading";
import { type SuggestedPrompt } from "./suggested-prompts";
import "./suggested-prompts";

@customElement("battle-view")
export class BattleView extends LightElement {
  @property({ attribute: "battle-id" }) battleId = "";
  @property() arena = "text";
  /** Where a new battle begins. */
  @property() home = "/";
  @property({ type: Number, attribute: "max-chars" }) maxChars = 0;
  @property({ type: Number, attribute: "max-images" }) maxImages = 0;
  @property({ type: Number, attribute: "max-image-bytes" }) maxImageBytes = 0;
  /** The modes the arena offers, with spaces between them. */
  @property() modes = "battle";
  @state() private news = "";
  @state() private wanted: Opening = { mode: "battle" };
  @state() private chosen: Outcome | null = null;
  @state() private shownSide: Side = "a";
  @query(".opening prompt-composer") private composer!: PromptComposer;
  @query("battle-dock") private dock!: BattleDock;
  @query("key-help") private keyHelp!: KeyHelp;
  @queryAll("battle-turn") private turns!: NodeListOf<BattleTurn>;

  private readonly prompts = suggestedPrompts();
  private readonly session = new BattleSession(this, (before, after) => this.onState(before, after));
  private readonly follower = new Follower(
    () => this.querySelectorAll("battle-turn:last-of-type .answer"),
    () => this.querySelector(".dock"),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("popstate", this.onPopState);
    this.addEventListener("text-rendered", () => this.follower.grown());
    this.follower.connect();
    if (this.battleId !== "") void this.session.load(this.battleId);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("popstate", this.onPopState);
    this.follower.disconnect();
    super.disconnectedCallback();
  }

  override render() {
    const { battle, pending } = this.session.state;
    return html`
      ${battle !== null ? this.battle(battle) : pending === "load" ? LOADING : this.opening()}
      <key-help></key-help>
      <p class="visually-hidden" role="status">${this.news}</p>
    `;
  }

  private get limits(): Limits {
    const { arena, maxChars, maxImages, maxImageBytes } = this;
    return { arena, maxChars, maxImages, maxImageBytes };
  }

  private opening() {
    const { pending, notice } = this.session.state;
    return html`<section class="opening" @compose=${this.onOpen} @suggest=${this.onSuggest}>
      <h1>${HEADLINES[this.wanted.mode].map((line) => html`<span>${line}</span> `)}</h1>
      <p class="lede">${LEDES[this.wanted.mode]}</p>
      <mode-choice .modes=${this.offered} @opening=${this.onWant}></mode-choice>
      <prompt-composer
        label="Your question"
        placeholder=${this.maxImages > 0 ? "Ask about your pictures" : "Ask anything"}
        .limits=${this.limits}
        .busy=${pending !== null}
      ></prompt-composer>
      ${notice === null ? nothing : html`<p class="notice" role="alert">${notice}</p>`}
      <suggested-prompts .prompts=${this.prompts}></suggested-prompts>
      <p class="looking-back"><a class="quiet" href="/your-data#battles">Your battles</a></p>
    </section>`;
  }

  private battle(battle: Battle) {
    return html`<section
      class="battle"
      aria-label="Battle"
      data-state=${battle.state}
      data-sides=${battle.sides.length}
      @give-up=${() => this.session.giveUp()}
      @go-on=${this.onGoOn}
      @vote=${this.onVote}
      @compose=${this.onSay}
      @stop=${() => this.session.stop()}
      @retry=${() => this.session.retry()}
      @new=${this.startAnew}
      @keys=${() => this.keyHelp.show()}
      @side-shown=${(event: CustomEvent<Side>) => this.showSide(event.detail, "instant")}
    >
      <h1 class="visually-hidden">Battle</h1>
      <div class="sides">${battle.sides.map((side) => this.heading(battle, side))}</div>
      <div class="turns">
        ${battle.continues === null
          ? nothing
          : html`<p class="goes-on">This goes on from <a href="/battles/${battle.continues}">an earlier battle</a>.</p>`}
        ${battle.turns.map(
          (turn, index) => html`<battle-turn
            .turn=${turn}
            .note=${noteOf(battle, turn)}
            .canRetry=${battle.state === "broken" && index === battle.turns.length - 1}
          ></battle-turn>`,
        )}
      </div>
      <battle-dock
        .session=${this.session.state}
        .chosen=${this.chosen}
        .limits=${this.limits}
        .canChange=${this.offered.includes("side_by_side")}
      ></battle-dock>
    </section>`;
  }

  private heading(battle: Battle, side: Side) {
    return html`<button
      type="button"
      class="side-tab"
      aria-pressed=${this.shownSide === side}
      @click=${() => this.showSide(side, "smooth")}
    >
      <side-heading
        side=${side}
        .answer=${battle.turns.at(-1)?.responses[side] ?? null}
        .contestant=${battle.reveal?.[side] ?? null}
        .preferred=${battle.vote?.outcome === side}
      ></side-heading>
    </button>`;
  }

  private showSide(side: Side, behavior: ScrollBehavior): void {
    this.shownSide = side;
    for (const turn of this.turns) turn.show(side, behavior);
  }

  private async onOpen(event: CustomEvent<Draft>): Promise<void> {
    if (await this.session.open(this.arena, event.detail, this.wanted)) this.arrive();
  }

  private async onGoOn(event: CustomEvent<Draft>): Promise<void> {
    if (!(await this.session.goOn(event.detail))) return;
    this.dock.clearComposer();
    this.arrive();
  }

  private arrive(): void {
    history.pushState(null, "", `/battles/${this.session.state.battle?.id ?? ""}`);
    window.scrollTo({ top: 0, behavior: "instant" });
  }

  private onWant(event: CustomEvent<Opening>): void {
    this.wanted = event.detail;
  }

  private get offered(): Mode[] {
    return this.modes.split(" ") as Mode[];
  }

  private async onSay(event: CustomEvent<Draft>): Promise<void> {
    if (!(await this.session.say(event.detail))) return;
    this.dock.clearComposer();
    this.follower.rest();
    await this.updateComplete;
    this.querySelector("battle-turn:last-of-type")?.scrollIntoView({ block: "start" });
  }

  private onSuggest(event: CustomEvent<string>): void {
    this.composer.fill(event.detail);
  }

  private async onVote(event: CustomEvent<Outcome>): Promise<void> {
    await this.vote(event.detail);
  }

  private async vote(outcome: Outcome): Promise<void> {
    if (this.chosen !== null) return;
    this.chosen = outcome;
    await this.session.vote(outcome);
    this.chosen = null;
  }

  private startAnew(): void {
    this.wanted = { mode: "battle" };
    this.session.leave();
    history.pushState(null, "", this.home);
    void this.updateComplete.then(() => this.composer.focus());
  }

  private onState(before: BattleState, after: BattleState): void {
    this.news = announcement(before, after) ?? this.news;
  }

  private readonly onPopState = (): void => {
    const id = /^\/battles\/([^/]+)$/.exec(location.pathname)?.[1];
    this.session.leave();
    if (id !== undefined) void this.session.load(decodeURIComponent(id));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const command = commandOf(event);
    const { battle } = this.session.state;
    if (command === null || battle === null) return;
    if (command === "keys") this.keyHelp.show();
    else if (command === "new" && (isDecided(battle) || battle.state === "open")) this.startAnew();
    else if (typeof command === "object" && battle.state === "votable") void this.vote(command.vote);
    else return;
    event.preventDefault();
  };
}

const HEADLINES: Readonly<Record<Mode, readonly string[]>> = {
  battle: ["One question,", "two answers,", "your verdict."],
  side_by_side: ["One question,", "two models", "that you name."],
  direct: ["One model", "that you name,", "to talk to."],
};

const LEDES: Readonly<Record<Mode, string>> = {
  battle: "Two anonymous models answer side by side. You vote, then you learn who they were.",
  side_by_side: "Both answer under their names. Your vote is kept, and counts on no leaderboard.",
  direct: "It answers under its name. There is nothing to vote on.",
};

/** What a turn's question is followed by: its own vote, or that it came after the reveal. */
function noteOf(battle: Battle, turn: Turn): string {
  if (battle.mode === "battle" && !turn.blind) return "After the reveal: this does not count.";
  if (battle.vote_per !== "turn" || turn.vote === null) return "";
  const { outcome } = turn.vote;
  if (outcome === "tie") return "You called it a tie.";
  if (outcome === "both_bad") return "You found both bad.";
  return `You preferred ${battle.reveal?.[outcome]?.name ?? outcome.toUpperCase()}.`;
}

const LOADING = html`<p class="loading">Opening the battle…</p>`;

function suggestedPrompts(): SuggestedPrompt[] {
  const block = document.getElementById("suggested-prompts");
  return block === null ? [] : (JSON.parse(block.textContent ?? "[]") as SuggestedPrompt[]);
}
