// The reader's choice of light or dark; without one, the system's.

export type Theme = "light" | "dark";

const KEY = "tiltyard-theme";

/** The theme chosen on this device; nothing when the system's is followed. */
export function chosenTheme(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null; // storage is switched off: follow the system
  }
}

export function systemTheme(): Theme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Show a theme, or the system's. */
export function showTheme(theme: Theme | null): void {
  if (theme === null) delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Remember a choice; one that equals the system's is forgotten, and follows it from then on. */
export function chooseTheme(theme: Theme): void {
  const choice = theme === systemTheme() ? null : theme;
  showTheme(choice);
  try {
    if (choice === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}
