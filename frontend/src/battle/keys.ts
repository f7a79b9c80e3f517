// Voting by keyboard.

import type { Outcome } from "./types";

export type Command = { vote: Outcome } | "new" | "keys";

const VOTES: Readonly<Record<string, Outcome>> = {
  "1": "a",
  ArrowLeft: "a",
  "2": "tie",
  "=": "tie",
  "3": "both_bad",
  "0": "both_bad",
  "4": "b",
  ArrowRight: "b",
};

/** What a key press asks for, or nothing: while typing, with a modifier, or where arrows scroll. */
export function commandOf(event: KeyboardEvent): Command | null {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return null;
  if (target.closest("input, textarea, select, [contenteditable], dialog")) return null;
  if (event.key.startsWith("Arrow") && target.closest("[data-scrolls]")) return null;
  const outcome = VOTES[event.key];
  if (outcome !== undefined) return { vote: outcome };
  if (event.key === "n") return "new";
  return event.key === "?" ? "keys" : null;
}
