// What a screen reader is told: the few moments that matter, never the tokens.

import type { BattleState } from "./state";
import type { Battle, Reveal, Side } from "./types";

/** The sentence for going from one state to the next, or nothing. */
export function announcement(before: BattleState, after: BattleState): string | null {
  const [old, now] = [before.battle, after.battle];
  if (now === null || old === null || old.id !== now.id) return null;
  if (now.reveal !== null && old.reveal === null) {
    return namesOf(now.reveal);
  }
  if (old.state === "answering" && now.state === "votable") return "Both answers are ready. You can vote.";
  if (old.state === "votable" && now.state === "turn_voted") return "Your vote on this turn is in.";
  if (now.turns.length > old.turns.length) {
    return now.sides.length > 1 ? "Both sides are answering." : "The answer is coming.";
  }
  return sideNews(old, now);
}

function namesOf(reveal: Reveal): string {
  const names = Object.entries(reveal).map(([side, who]) => `${side.toUpperCase()} was ${who.name}`);
  return `${names.join(", ")}.`;
}

function sideNews(old: Battle, now: Battle): string | null {
  const news = now.sides.flatMap((side: Side) => {
    const was = old.turns.at(-1)?.responses[side]?.state;
    const is = now.turns.at(-1)?.responses[side]?.state;
    if (was !== "streaming" || was === is) return [];
    const name = now.reveal?.[side]?.name ?? side.toUpperCase();
    if (is === "failed") return [`${name} could not answer.`];
    return [is === "stopped" ? `${name} was stopped.` : `${name} has finished.`];
  });
  return news.join(" ") || null;
}
