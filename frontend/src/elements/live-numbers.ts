// <live-numbers>: asks for the page's numbers again while somebody looks, and says when it does not.

import htmx from "htmx.org";

const STALE = "The server does not answer: these numbers are old.";
const PAUSED = "Paused: these numbers stay as they are.";

/** Holds htmx's questions back while the page is hidden or paused. */
class LiveNumbers extends HTMLElement {
  private isPaused = false;

  connectedCallback(): void {
    const button = this.button;
    button.hidden = false;
    button.addEventListener("click", this.onPause);
    document.addEventListener("visibilitychange", this.look);
    document.addEventListener("htmx:before:request", this.holdBack);
    document.addEventListener("htmx:after:swap", this.onAnswer);
    document.addEventListener("htmx:error", this.onSilence);
    document.addEventListener("htmx:response:error", this.onSilence);
  }

  private get button(): HTMLButtonElement {
    return this.querySelector("button") as HTMLButtonElement;
  }

  private say(words: string): void {
    const status = this.querySelector("[role=status]");
    if (status !== null && status.textContent !== words) status.textContent = words;
  }

  private readonly onPause = (): void => {
    this.isPaused = !this.isPaused;
    this.button.textContent = this.isPaused ? "Go on" : "Pause";
    this.say(this.isPaused ? PAUSED : "");
    this.look();
  };

  /** Ask for everything at once: what was held back may be old. */
  private readonly look = (): void => {
    for (const part of document.querySelectorAll("[hx-get]")) htmx.trigger(part, "look");
  };

  private readonly holdBack = (event: Event): void => {
    if (this.isPaused || document.hidden) event.preventDefault();
  };

  private readonly onAnswer = (): void => {
    if (!this.isPaused) this.say("");
  };

  private readonly onSilence = (): void => {
    if (!this.isPaused) this.say(STALE);
  };
}

customElements.define("live-numbers", LiveNumbers);
