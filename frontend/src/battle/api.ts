// Calls of the JSON interface. Every failure becomes one sentence for a person.

import type { Battle, Draft, Model, Opening, Outcome, VoteAnswer } from "./types";

const ROOT = "/api/v1/battles";
export const UNREACHABLE = "The arena could not be reached. Check the connection and try again; nothing you wrote is lost.";

export class RefusedError extends Error {
  constructor(
    sentence: string,
    readonly status: number,
  ) {
    super(sentence);
  }
}

export function openBattle(arena: string, draft: Draft, opening: Opening): Promise<Battle> {
  return call("POST", "", { arena, ...opening, message: message(draft) });
}

/** The models that anybody may ask by name. */
export async function publicModels(): Promise<Model[]> {
  const { models } = await call<{ models: Model[] }>("GET", "", undefined, {}, "/api/v1/models");
  return models.filter((model) => model.status === "public");
}

export function getBattle(id: string): Promise<Battle> {
  return call("GET", at(id));
}

export function sendTurn(id: string, draft: Draft): Promise<Battle> {
  return call("POST", at(id, "turns"), { message: message(draft) });
}

export function stopBattle(id: string): Promise<Battle> {
  return call("POST", at(id, "stop"));
}

export function retryBattle(id: string): Promise<Battle> {
  return call("POST", at(id, "retry"));
}

export function giveUp(id: string): Promise<Battle> {
  return call("POST", at(id, "give_up"));
}

/** What a person says of a turn; `turn` is the one that the page shows. */
export interface Ballot {
  outcome: Outcome;
  turn: number;
  reveal: boolean;
}

export function putVote(id: string, ballot: Ballot, key: string): Promise<VoteAnswer> {
  return call("PUT", at(id, "vote"), ballot, { "Idempotency-Key": key });
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

function message({ text, images }: Draft) {
  const pictures = images.map(({ sha256 }) => ({ type: "image", data: { sha256 } }));
  return { parts: text === "" && images.length > 0 ? pictures : [{ type: "text", text }, ...pictures] };
}

async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  headers = {},
  root = ROOT,
): Promise<Answer> {
  const request: RequestInit = { method, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { ...request.headers, "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(root + path, request);
  } catch {
    throw new RefusedError(UNREACHABLE, 0);
  }
  if (!response.ok) throw new RefusedError(sentenceOf(response.status, await response.text()), response.status);
  return (await response.json()) as Answer;
}

/** The sentence in a problem document. */
export function sentenceOf(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: unknown };
    if (typeof problem.detail === "string") return problem.detail;
  } catch {
    // A proxy in between may answer with a page of its own; the sentence below serves then.
  }
  return `The arena answered with an error (${status}). Try again in a moment.`;
}
