// What a person can do in a battle. Holds the state, talks to the server, and tells its element.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import * as api from "./api";
import { type BattleEvent, type BattleState, NOTHING_YET, type Pending, reduce } from "./state";
import { followTurn, type Stream } from "./stream";
import { type Battle, type Draft, isHidden, type Opening, type Outcome } from "./types";

const CONFLICT = 409;
const LOST = "The connection to this battle was lost. Reload the page to take it up where it is.";

export class BattleSession implements ReactiveController {
  state: BattleState = NOTHING_YET;
  private stream: Stream | null = null;
  /** Counts the battles shown, so that an answer that comes after leaving is dropped. */
  private visit = 0;
  /** One key per turn is made of it: if the first vote did arrive, a second try answers with it. */
  private voteKey = api.idempotencyKey();

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly onChange: (before: BattleState, after: BattleState) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    this.unfollow();
  }

  /** Open a battle; says whether that worked, so that the composer knows whether to empty itself. */
  open(arena: string, draft: Draft, opening: Opening): Promise<boolean> {
    return this.ask("open", () => api.openBattle(arena, draft, opening));
  }

  /** Go on with two others, who take over what was said; shows their battle instead of this one. */
  goOn(draft: Draft): Promise<boolean> {
    const arena = this.state.battle?.arena ?? "";
    return this.ask("turn", (continues) => api.openBattle(arena, draft, { mode: "side_by_side", continues }));
  }

  load(id: string): Promise<boolean> {
    return this.ask("load", () => api.getBattle(id));
  }

  say(draft: Draft): Promise<boolean> {
    return this.ask("turn", (id) => api.sendTurn(id, draft));
  }

  stop(): Promise<boolean> {
    return this.ask("stop", api.stopBattle);
  }

  retry(): Promise<boolean> {
    return this.ask("retry", api.retryBattle);
  }

  giveUp(): Promise<boolean> {
    return this.ask("give_up", api.giveUp);
  }

  async vote(outcome: Outcome): Promise<void> {
    const { battle, pending } = this.state;
    if (battle?.state !== "votable" || pending !== null) return;
    const visit = this.visit;
    this.dispatch({ type: "asked", request: "vote" });
    try {
      const turn = battle.turns.length;
      const staysBlind = battle.vote_per === "turn" && isHidden(battle);
      // Another outcome is another request: had the first been recorded, it is told that it stands.
      const key = `${this.voteKey}-${turn}-${outcome}`;
      const answer = await api.putVote(battle.id, { outcome, turn, reveal: !staysBlind }, key);
      if (visit === this.visit) this.dispatch({ type: "voted", answer });
    } catch (error) {
      if (visit === this.visit) await this.refuse(error);
    }
  }

  /** Forget the battle on the page, not on the server. */
  leave(): void {
    this.visit += 1;
    this.unfollow();
    this.voteKey = api.idempotencyKey();
    this.dispatch({ type: "left" });
  }

  private async ask(request: Pending, call: (id: string) => Promise<Battle>): Promise<boolean> {
    if (this.state.pending !== null) return false;
    const visit = this.visit;
    this.dispatch({ type: "asked", request });
    try {
      const battle = await call(this.state.battle?.id ?? "");
      if (visit !== this.visit) return false;
      this.take(battle);
      return true;
    } catch (error) {
      if (visit === this.visit) await this.refuse(error);
      return false;
    }
  }

  private take(battle: Battle): void {
    this.dispatch({ type: "answered", battle });
    if (battle.state !== "answering") this.unfollow();
    else this.stream ??= this.follow(battle.id);
  }

  private follow(id: string): Stream {
    return followTurn(
      id,
      (event) => this.dispatch(event),
      () => void this.resync(id),
    );
  }

  /** The stream says no more: the battle may have ended without it. */
  private async resync(id: string): Promise<void> {
    this.unfollow();
    const visit = this.visit;
    const battle = await api.getBattle(id).catch(() => null);
    if (visit !== this.visit) return;
    if (battle === null || battle.state === "answering") this.dispatch({ type: "refused", notice: LOST });
    else this.take(battle);
  }

  private unfollow(): void {
    this.stream?.close();
    this.stream = null;
  }

  /** Show why it did not work; after a conflict, also show what the battle has become. */
  private async refuse(error: unknown): Promise<void> {
    if (!(error instanceof api.RefusedError)) throw error;
    this.dispatch({ type: "refused", notice: error.message });
    const id = this.state.battle?.id;
    if (error.status !== CONFLICT || id === undefined) return;
    const visit = this.visit;
    const battle = await api.getBattle(id).catch(() => null);
    if (battle !== null && visit === this.visit) this.take(battle);
  }

  private dispatch(event: BattleEvent): void {
    if (event.type === "turn_done") this.unfollow();
    const before = this.state;
    this.state = reduce(before, event);
    if (this.state === before) return;
    this.onChange(before, this.state);
    this.host.requestUpdate();
  }
}
