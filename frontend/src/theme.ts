// Light or dark, decided before the first paint. Every page loads this as a classic script.

import { ThemeToggle } from "./elements/theme-toggle";
import { chosenTheme, showTheme } from "./page/theme";

// Lets the style sheet hide what is only meant for browsers without JavaScript.
document.documentElement.dataset["script"] = "on";
showTheme(chosenTheme());
customElements.define("theme-toggle", ThemeToggle);
