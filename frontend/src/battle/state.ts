// The battle as the page sees it: one record, and a pure function from each event to the next one.

import {
  type Answer,
  type Battle,
  type Frame,
  type Side,
  type SideDone,
  type SideProblem,
  type Turn,
  type TurnDone,
  type VoteAnswer,
  type Working,
} from "./types";

type Responses = Turn["responses"];

/** A request that is on its way; while there is one, no other starts. */
export type Pending = "open" | "load" | "turn" | "stop" | "retry" | "vote" | "give_up";

export interface BattleState {
  battle: Battle | null;
  pending: Pending | null;
  /** A sentence about what went wrong last, shown where the person was acting. */
  notice: string | null;
  /** Whether the stream was lost and is being taken up again. */
  reconnecting: boolean;
}

export type BattleEvent =
  | { type: "asked"; request: Pending }
  | { type: "answered"; battle: Battle }
  | { type: "refused"; notice: string }
  | { type: "connected" }
  | { type: "disconnected" }
  | { type: "frame"; frame: Frame }
  | { type: "problem"; problem: SideProblem }
  | { type: "side_done"; done: SideDone }
  | { type: "turn_done"; done: TurnDone }
  | { type: "working"; working: Working }
  | { type: "voted"; answer: VoteAnswer }
  | { type: "left" };

export const NOTHING_YET: BattleState = { battle: null, pending: null, notice: null, reconnecting: false };

export function reduce(state: BattleState, event: BattleEvent): BattleState {
  switch (event.type) {
    case "asked":
      return { ...state, pending: event.request, notice: null };
    case "answered":
      return { ...state, battle: beforeReplay(event.battle, state.battle), pending: null, reconnecting: false };
    case "refused":
      return { ...state, pending: null, notice: event.notice, reconnecting: false };
    case "connected":
      return state.reconnecting ? { ...state, reconnecting: false } : state;
    case "disconnected":
      return { ...state, reconnecting: true };
    case "left":
      return NOTHING_YET;
    default:
      return state.battle === null ? state : { ...state, ...afterMatchEvent(state.battle, event) };
  }
}

type MatchEvent = Extract<
  BattleEvent,
  { type: "frame" | "problem" | "side_done" | "turn_done" | "working" | "voted" }
>;

function afterMatchEvent(battle: Battle, event: MatchEvent): Partial<BattleState> {
  switch (event.type) {
    case "frame":
      return { battle: withAnswer(battle, event.frame, (answer) => withFrame(answer, event.frame)) };
    case "problem":
      return {
        battle: withAnswer(battle, event.problem, (answer) => ({
          ...answer,
          state: "failed",
          problem: event.problem.message,
        })),
      };
    case "side_done":
      return { battle: withAnswer(battle, event.done, (answer) => ({ ...answer, state: event.done.state })) };
    case "turn_done":
      return { battle: { ...battle, state: event.done.state }, reconnecting: false };
    case "working":
      return { battle: battle.sides.reduce((known, side) => withAnswer(known, { side, ...event.working }, asLong), battle) };
    case "voted":
      return { battle: afterVote(battle, event.answer), pending: null, notice: null };
  }
}

function afterVote(battle: Battle, { outcome, reveal }: VoteAnswer): Battle {
  const turns = battle.turns.map((turn, index) =>
    index === battle.turns.length - 1 ? { ...turn, vote: { outcome } } : turn,
  );
  return { ...battle, turns, state: reveal === null ? "turn_voted" : "voted", vote: { outcome }, reveal };
}

/**
 * The stream tells a turn from its beginning, so unfinished text starts empty; what this page has
 * already followed stays.
 */
function beforeReplay(battle: Battle, known: Battle | null): Battle {
  const followed = known?.id === battle.id ? known.turns : [];
  const turns = battle.turns.map((turn, index) => ({
    ...turn,
    responses: unfinishedOf(turn.responses, followed[index]?.responses ?? {}),
  }));
  return { ...battle, turns };
}

function unfinishedOf(responses: Responses, known: Responses): Responses {
  const entries = Object.entries(responses) as [Side, Answer][];
  return Object.fromEntries(entries.map(([side, answer]) => [side, unfinished(answer, known[side])]));
}

function unfinished(answer: Answer, known: Answer | undefined): Answer {
  if (answer.state !== "streaming") return answer;
  return known?.attempt === answer.attempt ? known : { ...answer, text: "" };
}

function withAnswer(
  battle: Battle,
  place: { side: Side; turn: number },
  change: (answer: Answer) => Answer,
): Battle {
  const turns = battle.turns.map((turn) => {
    const answer = turn.responses[place.side];
    if (turn.number !== place.turn || answer === undefined) return turn;
    return { ...turn, responses: { ...turn.responses, [place.side]: change(answer) } };
  });
  return { ...battle, turns };
}

function withFrame(answer: Answer, frame: Frame): Answer {
  const isOld = frame.attempt < answer.attempt;
  const isFinished = frame.attempt === answer.attempt && answer.state !== "streaming";
  if (isOld || isFinished) return answer;
  const before = frame.attempt > answer.attempt ? "" : firstCodePoints(answer.text, frame.offset);
  return { state: "streaming", attempt: frame.attempt, text: before + frame.text };
}

/** Said of both sides alike: it shows only where no word has come yet. */
function asLong(answer: Answer): Answer {
  return answer.state === "streaming" && answer.text === "" ? { ...answer, isLong: true } : answer;
}

/** The first `count` code points of `text`; offsets count those, JavaScript counts UTF-16 units. */
function firstCodePoints(text: string, count: number): string {
  if (count === 0) return "";
  let units = 0;
  for (let seen = 0; seen < count && units < text.length; seen += 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}
