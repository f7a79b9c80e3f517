// The answers of the current turn, as server-sent events.

import { eventsUrl } from "./api";
import type { BattleEvent } from "./state";

/** How often in a row a stream may end without a word before it counts as lost. */
const TRIES = 5;
const PAUSE_MS = 1500;

export interface Stream {
  close(): void;
}

/**
 * Follow the current turn until it is over.
 *
 * The browser itself resumes a broken connection with `Last-Event-ID`; only a stream that the
 * server refused is opened anew here. `onLost` is called when neither helped.
 */
export function followTurn(id: string, onEvent: (event: BattleEvent) => void, onLost: () => void): Stream {
  let source: EventSource;
  let timer = 0;
  let silentEnds = 0;

  const connect = (): void => {
    source = new EventSource(eventsUrl(id));
    const on = (name: string, toEvent: (data: never) => BattleEvent): void => {
      source.addEventListener(name, (event) => {
        silentEnds = 0;
        onEvent(toEvent(JSON.parse((event as MessageEvent).data) as never));
      });
    };
    source.addEventListener("open", () => onEvent({ type: "connected" }));
    source.addEventListener("error", onEnd);
    on("frame", (frame) => ({ type: "frame", frame }));
    on("problem", (problem) => ({ type: "problem", problem }));
    on("side_done", (done) => ({ type: "side_done", done }));
    on("turn_done", (done) => ({ type: "turn_done", done }));
    on("working", (working) => ({ type: "working", working }));
  };

  const onEnd = (): void => {
    onEvent({ type: "disconnected" });
    silentEnds += 1;
    if (silentEnds > TRIES) {
      source.close();
      onLost();
    } else if (source.readyState === EventSource.CLOSED) {
      timer = window.setTimeout(connect, PAUSE_MS * silentEnds);
    }
  };

  connect();
  return {
    close() {
      window.clearTimeout(timer);
      source.close();
    },
  };
}
