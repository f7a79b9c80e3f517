// <theme-toggle>: switches between light and dark.

import { chooseTheme, chosenTheme, systemTheme, type Theme } from "../page/theme";

/** Brings its button to life; without JavaScript the button stays hidden and the system decides. */
export class ThemeToggle extends HTMLElement {
  connectedCallback(): void {
    // Defined before the page is parsed, so the button comes only after this call.
    this.addEventListener("click", this.onClick);
    queueMicrotask(() => this.label());
    document.addEventListener("DOMContentLoaded", () => this.label());
  }

  private get current(): Theme {
    return chosenTheme() ?? systemTheme();
  }

  private label(): void {
    const button = this.querySelector("button");
    if (button === null) return;
    button.hidden = false;
    button.setAttribute("aria-label", this.current === "dark" ? "Switch to light" : "Switch to dark");
  }

  private readonly onClick = (): void => {
    chooseTheme(this.current === "dark" ? "light" : "dark");
    this.label();
  };
}
