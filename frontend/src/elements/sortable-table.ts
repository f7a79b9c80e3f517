// <sortable-table>: turns the headings of the table inside, where they say `data-sort`, into buttons.

type Direction = "ascending" | "descending";

export class SortableTable extends HTMLElement {
  connectedCallback(): void {
    for (const heading of this.querySelectorAll<HTMLTableCellElement>("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => this.sortBy(heading));
      heading.append(button);
    }
  }

  private sortBy(heading: HTMLTableCellElement): void {
    const direction = nextDirection(heading);
    for (const other of this.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const body = this.querySelector("tbody");
    const rows = Array.from(body?.rows ?? []);
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort((one, other) => sign * compare(valueIn(one, heading.cellIndex), valueIn(other, heading.cellIndex)));
    body?.append(...rows);
  }
}

/** The first click sorts the way that puts the interesting end on top, the next one turns it round. */
function nextDirection(heading: HTMLElement): Direction {
  const first = heading.dataset["sort"] as Direction;
  const now = heading.getAttribute("aria-sort");
  if (now === null) return first;
  return now === "ascending" ? "descending" : "ascending";
}

function valueIn(row: HTMLTableRowElement, column: number): string {
  return row.cells[column]?.dataset["value"] ?? "";
}

function compare(one: string, other: string): number {
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? one.localeCompare(other) : difference;
}

customElements.define("sortable-table", SortableTable);
