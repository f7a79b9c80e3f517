// Growing text as top-level blocks, parsing again only what may still change.

import type { Env, Token } from "markdown-it";
import { grammar } from "./grammar";
import { heldBack } from "./holdback";

/** Splits one growing text. Feed it ever longer versions of the same text. */
export class BlockSplitter {
  private settled: string[] = [];
  private settledLength = 0;
  private settledText = "";
  private env: Env = {};

  /** The HTML of each top-level block, in order. */
  split(text: string, streaming: boolean): string[] {
    if (!streaming || !text.startsWith(this.settledText)) this.forget();
    this.env["streaming"] = streaming;
    const tail = text.slice(this.settledLength);
    if (streaming) this.settle(tail);
    const rest = text.slice(this.settledLength);
    const shown = streaming ? heldBack(rest) : rest;
    return [...this.settled, ...this.render(topLevel(grammar.parse(shown, this.env)))];
  }

  /** Render again from the start at the next call, because the renderer has learnt something. */
  forget(): void {
    this.settled = [];
    this.settledLength = 0;
    this.settledText = "";
    this.env = {};
  }

  /** Keep what no further text can change: all before the last block that began on a finished line. */
  private settle(tail: string): void {
    const lines = lineStarts(tail);
    const blocks = topLevel(grammar.parse(tail, this.env));
    const finished = blocks.findLastIndex((block) => (block[0]?.map?.[0] ?? 0) < lines.length - 1);
    if (finished <= 0) return;
    this.settled.push(...this.render(blocks.slice(0, finished)));
    this.settledLength += lines[blocks[finished]?.[0]?.map?.[0] ?? 0] ?? 0;
    this.settledText += tail.slice(0, this.settledLength - this.settledText.length);
  }

  private render(blocks: Token[][]): string[] {
    return blocks.map((block) => grammar.renderer.render(block, grammar.options, this.env));
  }
}

/** Group a token stream by top-level block. */
function topLevel(tokens: Token[]): Token[][] {
  const blocks: Token[][] = [];
  for (const token of tokens) {
    if (token.level === 0 && token.nesting !== -1) blocks.push([]);
    blocks.at(-1)?.push(token);
  }
  return blocks;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
