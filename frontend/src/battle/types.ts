// The JSON of docs/reference/http.md.

export type Side = "a" | "b";
export type Outcome = "a" | "b" | "tie" | "both_bad";
export type AnswerState = "streaming" | "done" | "stopped" | "failed";
export type BattlePhase =
  | "answering"
  | "votable"
  | "turn_voted"
  | "broken"
  | "voted"
  | "given_up"
  | "open"
  | "forgotten";
export type Mode = "battle" | "side_by_side" | "direct";

export interface Image {
  sha256: string;
  width: number;
  height: number;
}

export interface Part {
  type: string;
  text?: string;
  data?: Image;
}

/** What a person is about to say. */
export interface Draft {
  text: string;
  images: { sha256: string }[];
}

export interface Message {
  parts: Part[];
}

export interface Answer {
  state: AnswerState;
  attempt: number;
  text: string;
  problem?: string | null;
  reasoning?: string | null;
  /** Whether the server has said that it is still working while no word had come. */
  isLong?: boolean;
}

export interface Turn {
  number: number;
  message: Message;
  /** One for each of the battle's sides. */
  responses: Partial<Record<Side, Answer>>;
  blind: boolean;
  vote: { outcome: Outcome } | null;
}

export interface Contestant {
  id: string;
  name: string;
  organisation: string;
  licence: string;
  demo: boolean;
  url: string;
  /** Whose endpoint answered, where the operator says so. */
  endpoint?: "first-party" | "third-party" | null;
}

export type Reveal = Partial<Record<Side, Contestant>>;

export interface Battle {
  id: string;
  arena: string;
  mode: Mode;
  state: BattlePhase;
  created_at: string;
  sides: Side[];
  turn: number;
  turns_left: number;
  turns: Turn[];
  continues: string | null;
  vote_per: "turn" | "battle";
  vote: { outcome: Outcome } | null;
  reveal: Reveal | null;
}

export interface VoteAnswer {
  outcome: Outcome;
  reveal: Reveal | null;
  receipt: string;
}

export interface Frame {
  side: Side;
  turn: number;
  attempt: number;
  offset: number;
  text: string;
}

export interface SideDone {
  side: Side;
  turn: number;
  state: AnswerState;
}

export interface SideProblem {
  side: Side;
  turn: number;
  message: string;
  retry: boolean;
}

export interface Working {
  turn: number;
}

export interface TurnDone {
  turn: number;
  state: BattlePhase;
}

export interface Model {
  id: string;
  name: string;
  organisation: string;
  status: string;
}

/** What to open: who is asked, and whose conversation goes on. */
export interface Opening {
  mode: Mode;
  models?: string[];
  continues?: string;
}

/** Whether its person must not know yet who answers. */
export function isHidden(battle: Battle): boolean {
  return battle.mode === "battle" && battle.reveal === null;
}

/** Whether nothing more will be voted on. */
export function isDecided(battle: Battle): boolean {
  return battle.state === "voted" || battle.state === "given_up";
}

/** What a person wrote or a contestant said, as one text. */
export function textOf(message: Message): string {
  const words = message.parts.filter((part) => part.type !== "image");
  return words.map((part) => part.text ?? "").join("\n\n");
}

/** The pictures of a message. */
export function imagesOf(message: Message): Image[] {
  return message.parts.flatMap((part) => (part.type === "image" && part.data !== undefined ? [part.data] : []));
}
