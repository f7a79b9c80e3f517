// <image-attachments>: the pictures of a message that is being written. Tells `attached` when they change.

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { RefusedError } from "../battle/api";
import { sendImage, type Sending, type SentImage } from "../battle/upload";
import { LightElement, tell } from "./light-element";

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** What the composer needs to know: what may be sent, and whether something is still on its way. */
export interface Attached {
  images: SentImage[];
  sending: boolean;
}

export const NOTHING_ATTACHED: Attached = { images: [], sending: false };

interface Attachment {
  name: string;
  /** From 0 to 1, while it is on its way. */
  progress: number;
  image: SentImage | null;
  sending: Sending | null;
}

const MEGABYTE = 1_000_000;

@customElement("image-attachments")
export class ImageAttachments extends LightElement {
  @property() arena = "";
  @property({ type: Number }) most = 0;
  @property({ type: Number }) maxBytes = 0;
  @state() private attachments: Attachment[] = [];
  @state() private problems: string[] = [];

  /** Take files that were chosen, pasted or dropped. */
  add(files: Iterable<File>): void {
    this.problems = [];
    for (const file of files) {
      const problem = this.problemWith(file);
      if (problem === null) this.send(file);
      else this.problems = [...this.problems, problem];
    }
    this.changed();
  }

  clear(): void {
    this.attachments = [];
    this.problems = [];
    this.changed();
  }

  override disconnectedCallback(): void {
    for (const { sending } of this.attachments) sending?.cancel();
    super.disconnectedCallback();
  }

  override render() {
    return html`
      ${this.attachments.length === 0
        ? nothing
        : html`<ul class="attachments" aria-label="Images in your message">
            ${this.attachments.map((attachment, index) => this.tile(attachment, index + 1))}
          </ul>`}
      <div role="alert">${this.problems.map((problem) => html`<p class="attachment-problem">${problem}</p>`)}</div>
    `;
  }

  private tile(attachment: Attachment, number: number) {
    const { image, name, progress } = attachment;
    return html`<li class="attachment">
      ${image === null
        ? html`<progress aria-label=${`Sending ${name}`} max="1" .value=${progress}></progress>`
        : html`<img src=${image.url} alt=${`Image ${number}: ${name}`} width=${image.width} height=${image.height} />`}
      <button type="button" class="remove" @click=${() => this.discard(attachment)}>
        <span class="visually-hidden">Remove image ${number}: ${name}</span>${CROSS}
      </button>
    </li>`;
  }

  private problemWith(file: File): string | null {
    if (!IMAGE_TYPES.includes(file.type)) return `${file.name}: send a PNG, JPEG, WebP or still GIF.`;
    if (this.attachments.length >= this.most) return `${file.name}: a message has at most ${this.most} images.`;
    if (file.size > this.maxBytes) return `${file.name}: an image has at most ${this.maxBytes / MEGABYTE} MB.`;
    return null;
  }

  private send(file: File): void {
    const attachment: Attachment = { name: file.name, progress: 0, image: null, sending: null };
    this.attachments = [...this.attachments, attachment];
    attachment.sending = sendImage(this.arena, file, (share) => {
      attachment.progress = share;
      this.requestUpdate();
    });
    attachment.sending.done.then(
      (image) => this.arrived(attachment, image),
      (error: unknown) => this.failed(attachment, error),
    );
  }

  private arrived(attachment: Attachment, image: SentImage): void {
    attachment.image = image;
    attachment.sending = null;
    this.changed();
  }

  private failed(attachment: Attachment, error: unknown): void {
    if (!(error instanceof RefusedError)) throw error;
    this.problems = [...this.problems, `${attachment.name}: ${error.message}`];
    this.discard(attachment);
  }

  private discard(attachment: Attachment): void {
    attachment.sending?.cancel();
    this.attachments = this.attachments.filter((other) => other !== attachment);
    this.changed();
  }

  private changed(): void {
    this.requestUpdate();
    const images = this.attachments.flatMap(({ image }) => image ?? []);
    tell<Attached>(this, "attached", { images, sending: images.length < this.attachments.length });
  }
}

const CROSS = html`<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" focusable="false">
  <path d="M5 5l10 10M15 5L5 15" />
</svg>`;
