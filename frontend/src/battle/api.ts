// Calls of the JSON interface. Every failure becomes one sentence for a person.

import type { Battle, Outcome, VoteAnswer } from "./types";

const ROOT = "/api/v1/battles";
const UNREACHABLE = "The arena could not be reached. Check the connection and try again; nothing you wrote is lost.";

export class RefusedError extends Error {
  constructor(
    sentence: string,
    readonly status: number,
  ) {
    super(sentence);
  }
}

export function openBattle(arena: string, text: string): Promise<Battle> {
  return call("POST", "", { arena, mode: "battle", message: message(text) });
}

export function getBattle(id: string): Promise<Battle> {
  return call("GET", at(id));
}

export function sendTurn(id: string, text: string): Promise<Battle> {
  return call("POST", at(id, "turns"), { message: message(text) });
}

export function stopBattle(id: string): Promise<Battle> {
  return call("POST", at(id, "stop"));
}

export function retryBattle(id: string): Promise<Battle> {
  return call("POST", at(id, "retry"));
}

export function putVote(id: string, outcome: Outcome, key: string): Promise<VoteAnswer> {
  return call("PUT", at(id, "vote"), { outcome }, { "Idempotency-Key": key });
}

export function eventsUrl(id: string): string {
  return ROOT + at(id, "events");
}

/** A key for one vote. `crypto.randomUUID` is missing on plain http, where many arenas live. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function at(id: string, verb = ""): string {
  return `/${encodeURIComponent(id)}${verb && `/${verb}`}`;
}

function message(text: string) {
  return { parts: [{ type: "text", text }] };
}

async function call<Answer>(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const request: RequestInit = { method, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { ...request.headers, "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(ROOT + path, request);
  } catch {
    throw new RefusedError(UNREACHABLE, 0);
  }
  if (!response.ok) throw new RefusedError(await problemSentence(response), response.status);
  return (await response.json()) as Answer;
}

async function problemSentence(response: Response): Promise<string> {
  try {
    const problem: { detail?: unknown } = await response.json();
    if (typeof problem.detail === "string") return problem.detail;
  } catch {
    // A proxy in between may answer with a page of its own; the sentence below serves then.
  }
  return `The arena answered with an error (${response.status}). Try again in a moment.`;
}
