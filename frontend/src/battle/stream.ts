// The answers of the current turn, as server-sent events.

import { eventsUrl } from "./api";
import type { BattleEvent } from "./state";

/** How often a stream that the server refused is asked for again, and how long between. */
const TRIES = 5;
const PAUSE_MS = 1500;

export interface Stream {
  close(): void;
}

/**
 * Follow the current turn until it is over.
 *
 * The browser itself resumes a broken connection with `Last-Event-ID`; only a stream that the
 * server refused is opened anew here. `onLost` is called when that did not help either.
 */
export function followTurn(id: string, onEvent: (event: BattleEvent) => void, onLost: () => void): Stream {
  let source: EventSource;
  let timer = 0;
  let refusals = 0;

  const connect = (): void => {
    source = new EventSource(eventsUrl(id));
    const on = (name: string, toEvent: (data: never) => BattleEvent): void => {
      source.addEventListener(name, (event) => onEvent(toEvent(JSON.parse((event as MessageEvent).data) as never)));
    };
    source.addEventListener("open", () => {
      refusals = 0;
      onEvent({ type: "connected" });
    });
    source.addEventListener("error", reconnect);
    on("frame", (frame) => ({ type: "frame", frame }));
    on("problem", (problem) => ({ type: "problem", problem }));
    on("side_done", (done) => ({ type: "side_done", done }));
    on("turn_done", (done) => {
      source.close();
      return { type: "turn_done", done };
    });
  };

  const reconnect = (): void => {
    onEvent({ type: "disconnected" });
    if (source.readyState !== EventSource.CLOSED) return;
    refusals += 1;
    if (refusals > TRIES) onLost();
    else timer = window.setTimeout(connect, PAUSE_MS * refusals);
  };

  connect();
  return {
    close() {
      window.clearTimeout(timer);
      source.close();
    },
  };
}
