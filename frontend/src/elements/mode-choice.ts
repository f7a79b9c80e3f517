// <mode-choice>: a blind battle, two named models side by side, or one directly. Tells `opening`.

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { publicModels } from "../battle/api";
import type { Mode, Model, Opening } from "../battle/types";
import { LightElement, tell } from "./light-element";

const LABELS: Readonly<Record<Mode, string>> = {
  battle: "Battle",
  side_by_side: "Side by side",
  direct: "Direct",
};

const COUNT: Readonly<Record<Mode, number>> = { battle: 0, side_by_side: 2, direct: 1 };

@customElement("mode-choice")
export class ModeChoice extends LightElement {
  /** The modes this arena offers. */
  @property({ attribute: false }) modes: Mode[] = [];
  @state() private mode: Mode = "battle";
  @state() private models: Model[] | null = null;
  @state() private picked: string[] = [];
  @state() private problem = "";

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const [first] = this.modes;
    if (changed.has("modes") && first !== undefined && !this.modes.includes(this.mode)) void this.choose(first);
  }

  override render() {
    if (this.modes.length < 2 && this.mode === "battle") return html``;
    return html`
      <fieldset class="modes">
        <legend class="visually-hidden">Mode</legend>
        ${this.modes.map(
          (mode) => html`<label class="mode">
            <input
              type="radio"
              name="mode"
              value=${mode}
              .checked=${mode === this.mode}
              @change=${() => this.choose(mode)}
            /><span>${LABELS[mode]}</span>
          </label>`,
        )}
      </fieldset>
      ${COUNT[this.mode] === 0 ? nothing : this.pickers()}
    `;
  }

  private pickers() {
    if (this.problem !== "") return html`<p class="notice" role="alert">${this.problem}</p>`;
    const labels = COUNT[this.mode] === 1 ? ["Model"] : ["Model A", "Model B"];
    return html`<div class="pickers">
      ${labels.map(
        (label, place) => html`<label class="picker">
          <span>${label}</span>
          <select aria-label=${label} ?disabled=${this.models === null} @change=${(event: Event) => this.pick(place, event)}>
            ${this.models?.map(
              (model) => html`<option
                value=${model.id}
                ?selected=${this.picked[place] === model.id}
                ?disabled=${this.isTaken(model.id, place)}
              >
                ${model.name} · ${model.organisation}
              </option>`,
            )}
          </select>
        </label>`,
      )}
    </div>`;
  }

  private isTaken(id: string, place: number): boolean {
    return COUNT[this.mode] === 2 && this.picked[1 - place] === id;
  }

  private async choose(mode: Mode): Promise<void> {
    this.mode = mode;
    if (COUNT[mode] > 0 && this.models === null) await this.load();
    this.told();
  }

  private async load(): Promise<void> {
    try {
      this.problem = "";
      this.models = await publicModels();
      this.picked = this.models.slice(0, 2).map((model) => model.id);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  private pick(place: number, event: Event): void {
    const id = (event.target as HTMLSelectElement).value;
    this.picked = this.picked.map((old, index) => (index === place ? id : old));
    this.told();
  }

  private told(): void {
    const models = this.picked.slice(0, COUNT[this.mode]);
    const opening: Opening = models.length > 0 ? { mode: this.mode, models } : { mode: this.mode };
    tell(this, "opening", opening);
  }
}
