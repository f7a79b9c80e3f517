// <suggested-prompts>: a few things to ask, drawn anew for every visit. Tells `suggest` with the text.

import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { LightElement, tell } from "./light-element";

export interface SuggestedPrompt {
  text: string;
  language: string;
  kind: string;
}

const SHOWN = 4;

@customElement("suggested-prompts")
export class SuggestedPrompts extends LightElement {
  @property({ attribute: false }) prompts: SuggestedPrompt[] = [];
  @state() private drawn: SuggestedPrompt[] = [];

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("prompts")) this.drawn = draw(this.prompts, []);
  }

  override render() {
    if (this.drawn.length === 0) return html``;
    return html`
      <section class="suggestions" aria-labelledby="suggestions-title">
        <div class="suggestions-head">
          <h2 id="suggestions-title">Or start from one of these</h2>
          <button type="button" class="quiet" @click=${this.redraw}>Another set</button>
        </div>
        <ul>
          ${this.drawn.map(
            (prompt) => html`<li>
              <button type="button" class="suggestion" @click=${() => tell(this, "suggest", prompt.text)}>
                <span class="suggestion-kind">${prompt.kind}${languageNote(prompt.language)}</span>
                <span class="suggestion-text" lang=${prompt.language} dir="auto">${prompt.text}</span>
              </button>
            </li>`,
          )}
        </ul>
      </section>
    `;
  }

  private redraw(): void {
    this.drawn = draw(this.prompts, this.drawn);
  }
}

/** Draw a few prompts, other ones than `last`, at least half of them in a language of the reader. */
function draw(prompts: SuggestedPrompt[], last: SuggestedPrompt[]): SuggestedPrompt[] {
  const fresh = shuffled(prompts.filter((prompt) => !last.includes(prompt)));
  const familiar = fresh.filter((prompt) => READER.has(primary(prompt.language)));
  const half = familiar.slice(0, Math.ceil(SHOWN / 2));
  const others = fresh.filter((prompt) => !half.includes(prompt));
  return [...half, ...others].slice(0, SHOWN);
}

const READER = new Set([document.documentElement.lang, ...navigator.languages].map(primary));

function primary(language: string): string {
  return language.split("-", 1)[0] ?? language;
}

function languageNote(language: string): string {
  if (primary(language) === primary(document.documentElement.lang)) return "";
  return ` · ${new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language}`;
}

function shuffled<Item>(items: Item[]): Item[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
  }
  return copy;
}
