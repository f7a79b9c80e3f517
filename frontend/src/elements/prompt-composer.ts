// <prompt-composer>: where a person writes. Tells `compose` with the text; empties itself only when told.

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { LightElement, tell } from "./light-element";

/** The share of the limit from which the count is shown. */
const NEAR_LIMIT = 0.9;

@customElement("prompt-composer")
export class PromptComposer extends LightElement {
  @property() label = "Your message";
  @property() placeholder = "";
  @property({ type: Number }) maxChars = 0;
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean }) busy = false;
  /** What stands in the place of the send button, if something does. */
  @property({ attribute: false }) action: TemplateResult | null = null;
  @state() private value = "";
  @query("textarea") private area!: HTMLTextAreaElement;

  /** Put text in, for the person to change or send. */
  fill(text: string): void {
    this.value = text;
    this.area.value = text;
    this.grow();
    this.area.focus();
  }

  clear(): void {
    this.value = "";
    this.area.value = "";
    this.grow();
  }

  override focus(): void {
    this.area.focus();
  }

  private get length(): number {
    // Code points, as the server counts; short of the limit in UTF-16 units it cannot be over it.
    return this.value.length <= this.maxChars * NEAR_LIMIT ? this.value.length : Array.from(this.value).length;
  }

  private get canSend(): boolean {
    return !this.disabled && !this.busy && this.value.trim() !== "" && this.length <= this.maxChars;
  }

  override render() {
    return html`
      <form class="composer" @submit=${this.onSubmit}>
        <textarea
          aria-label=${this.label}
          placeholder=${this.placeholder}
          rows="1"
          dir="auto"
          enterkeyhint="send"
          ?disabled=${this.disabled}
          ?readonly=${this.busy}
          @input=${this.onInput}
          @keydown=${this.onKey}
        ></textarea>
        ${this.count()}
        ${this.action === null
          ? html`<button class="send" type="submit" ?disabled=${!this.canSend} aria-busy=${this.busy}>
              <span class="visually-hidden">Send</span>${ARROW}
            </button>`
          : this.action}
      </form>
    `;
  }

  private count() {
    if (this.maxChars === 0 || this.length <= this.maxChars * NEAR_LIMIT) return nothing;
    const over = this.length - this.maxChars;
    const numbers = new Intl.NumberFormat("en");
    return over > 0
      ? html`<p class="count over" role="status">${numbers.format(over)} characters too many</p>`
      : html`<p class="count">${numbers.format(this.length)} of ${numbers.format(this.maxChars)} characters</p>`;
  }

  private onInput(): void {
    this.value = this.area.value;
    this.grow();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.area.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  private onSubmit(event: Event): void {
    event.preventDefault();
    this.send();
  }

  private send(): void {
    if (this.canSend) tell(this, "compose", this.value.trim());
  }

  /** Browsers without `field-sizing` are given the height by hand. */
  private grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }
}

const ARROW = html`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
  <path d="M10 16V4.500M4.500 9.500L10 4l5.500 5.500" />
</svg>`;
