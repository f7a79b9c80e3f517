// <prompt-composer>: where a person writes. Tells `compose` with the draft; empties itself only when told.

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Draft } from "../battle/types";
import { type Attached, IMAGE_TYPES, type ImageAttachments, NOTHING_ATTACHED } from "./image-attachments";
import "./image-attachments";
import { LightElement, tell } from "./light-element";

/** What the arena lets a message hold. */
export interface Limits {
  arena: string;
  maxChars: number;
  maxImages: number;
  maxImageBytes: number;
}

const NO_LIMITS: Limits = { arena: "", maxChars: 0, maxImages: 0, maxImageBytes: 0 };

/** The share of the limit from which the count is shown. */
const NEAR_LIMIT = 0.9;

@customElement("prompt-composer")
export class PromptComposer extends LightElement {
  @property() label = "Your message";
  @property() placeholder = "";
  @property({ attribute: false }) limits: Limits | null = NO_LIMITS;
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean }) busy = false;
  /** What stands in the place of the send button, if something does. */
  @property({ attribute: false }) action: TemplateResult | null = null;
  @state() private value = "";
  @state() private attached: Attached = NOTHING_ATTACHED;
  @state() private over = false;
  @query("textarea") private area!: HTMLTextAreaElement;
  @query("image-attachments") private attachments!: ImageAttachments | null;
  @query("input[type=file]") private chooser!: HTMLInputElement;

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
    this.attachments?.clear();
    this.grow();
  }

  override focus(): void {
    this.area.focus();
  }

  private get length(): number {
    // Code points, as the server counts; short of the limit in UTF-16 units it cannot be over it.
    return this.value.length <= this.maxChars * NEAR_LIMIT ? this.value.length : Array.from(this.value).length;
  }

  private get maxChars(): number {
    return (this.limits ?? NO_LIMITS).maxChars;
  }

  private get takesImages(): boolean {
    return (this.limits ?? NO_LIMITS).maxImages > 0;
  }

  private get canSend(): boolean {
    const says = this.value.trim() !== "" || this.attached.images.length > 0;
    return !this.disabled && !this.busy && says && !this.attached.sending && this.length <= this.maxChars;
  }

  override render() {
    return html`
      <form
        class="composer"
        ?data-images=${this.takesImages}
        ?data-over=${this.over}
        @submit=${this.onSubmit}
        @attached=${(event: CustomEvent<Attached>) => (this.attached = event.detail)}
        @dragover=${this.onDrag}
        @dragleave=${() => (this.over = false)}
        @drop=${this.onDrop}
      >
        ${this.pictures()}
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
          @paste=${this.onPaste}
        ></textarea>
        ${this.attachButton()} ${this.count()}
        ${this.action === null
          ? html`<button class="send" type="submit" ?disabled=${!this.canSend} aria-busy=${this.busy}>
              <span class="visually-hidden">Send</span>${ARROW}
            </button>`
          : this.action}
      </form>
    `;
  }

  private pictures() {
    if (!this.takesImages) return nothing;
    const { arena, maxImages, maxImageBytes } = this.limits ?? NO_LIMITS;
    return html`<image-attachments
      .arena=${arena}
      .most=${maxImages}
      .maxBytes=${maxImageBytes}
    ></image-attachments>`;
  }

  private attachButton() {
    if (!this.takesImages) return nothing;
    return html`
      <button type="button" class="attach" ?disabled=${!this.canAttach} @click=${() => this.chooser.click()}>
        <span class="visually-hidden">Add images</span>${PICTURE}
      </button>
      <input type="file" accept=${IMAGE_TYPES.join(",")} multiple hidden aria-label="Images" @change=${this.onChoose} />
    `;
  }

  private get canAttach(): boolean {
    return this.takesImages && !this.disabled && !this.busy;
  }

  private onChoose(): void {
    this.attachments?.add(this.chooser.files ?? []);
    this.chooser.value = "";
  }

  private onPaste(event: ClipboardEvent): void {
    const files = event.clipboardData?.files;
    // What comes from a text editor may bring a picture of itself along; the words are meant.
    if (!this.canAttach || !files?.length || event.clipboardData?.getData("text/plain")) return;
    event.preventDefault();
    this.attachments?.add(files);
  }

  private onDrag(event: DragEvent): void {
    if (!this.canAttach || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.over = true;
  }

  private onDrop(event: DragEvent): void {
    this.over = false;
    const files = event.dataTransfer?.files;
    if (!this.canAttach || !files?.length) return;
    event.preventDefault();
    this.attachments?.add(files);
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
    if (this.canSend) tell<Draft>(this, "compose", { text: this.value.trim(), images: this.attached.images });
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

const PICTURE = html`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
  <path d="M3.500 4.500h13v11h-13zM3.500 13l4-4 3.500 3.500 2-2 3.500 3" /><circle cx="12.800" cy="7.800" r="1" />
</svg>`;
