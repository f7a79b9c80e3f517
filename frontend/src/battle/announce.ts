// What a screen reader is told: the few moments that matter, never the tokens.

import type { BattleState } from "./state";
import { type Battle, SIDES } from "./types";

/** The sentence for going from one state to the next, or nothing. */
export function announcement(before: BattleState, after: BattleState): string | null {
  const [old, now] = [before.battle, after.battle];
  if (now === null || old === null || old.id !== now.id) return null;
  if (now.reveal !== null && old.reveal === null) {
    return `A was ${now.reveal.a.name}, B was ${now.reveal.b.name}.`;
  }
  if (old.state === "answering" && now.state === "votable") return "Both answers are ready. You can vote.";
  if (now.turns.length > old.turns.length) return "Both sides are answering.";
  return sideNews(old, now);
}

function sideNews(old: Battle, now: Battle): string | null {
  const news = SIDES.flatMap((side) => {
    const was = old.turns.at(-1)?.responses[side].state;
    const is = now.turns.at(-1)?.responses[side].state;
    if (was !== "streaming" || was === is) return [];
    const name = side.toUpperCase();
    if (is === "failed") return [`${name} could not answer.`];
    return [is === "stopped" ? `${name} was stopped.` : `${name} has finished.`];
  });
  return news.join(" ") || null;
}
