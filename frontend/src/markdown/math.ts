// Math as rules of the Markdown grammar: $…$, $$…$$, \(…\) and \[…\].
//
// A rule sees the source before backslash escapes are undone, so no backslash is lost. It leaves an
// empty element with the TeX in `data-tex`; typesetting fills that after the HTML was sanitised.

import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

interface Fence {
  open: string;
  close: string;
  display: boolean;
}

const FENCES: readonly Fence[] = [
  { open: "$$", close: "$$", display: true },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
  { open: "$", close: "$", display: false },
];

/** Unfinished math is held back while text streams, but a lone dollar only for so long. */
const LONGEST_OPEN_DOLLAR = 160;

export function mathRules(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "math", inlineMath);
  md.block.ruler.before("fence", "math", blockMath, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.renderer.rules["math"] = (tokens, index) => {
    const token = tokens[index];
    if (token === undefined) return "";
    const tag = token.block ? "div" : "span";
    if (token.meta?.["pending"]) return `<${tag} class="math-pending"></${tag}>`;
    const display = token.meta?.["display"] ? " data-display" : "";
    return `<${tag} class="math" data-tex="${md.utils.escapeHtml(token.content)}"${display}></${tag}>`;
  };
}

function inlineMath(state: StateInline, silent: boolean): boolean {
  const fence = FENCES.find(({ open }) => state.src.startsWith(open, state.pos));
  if (fence === undefined || !mayOpen(state.src, state.pos, fence)) return false;
  const start = state.pos + fence.open.length;
  const end = closing(state.src, start, fence);
  const tex = state.src.slice(start, end ?? state.posMax);
  if (end === null && !(state.env["streaming"] && looksUnfinished(tex, fence))) return false;
  if (!silent) {
    const token = state.push("math", "", 0);
    token.content = tex.trim();
    token.meta = { display: fence.display, pending: end === null };
  }
  state.pos = end === null ? state.posMax : end + fence.close.length;
  return true;
}

function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
  const fence = FENCES.find(({ open, display }) => display && state.src.startsWith(open, start));
  if (fence === undefined) return false;
  const lastLine = closingLine(state, startLine, endLine, start, fence);
  if (lastLine === null && !state.env["streaming"]) return false;
  if (silent) return true;
  const until = lastLine === null ? state.src.length : (state.eMarks[lastLine] ?? state.src.length);
  const body = state.src.slice(start + fence.open.length, until).trimEnd();
  const token = state.push("math", "", 0);
  token.block = true;
  token.content = body.slice(0, body.length - (lastLine === null ? 0 : fence.close.length)).trim();
  token.meta = { display: true, pending: lastLine === null };
  state.line = (lastLine ?? endLine - 1) + 1;
  token.map = [startLine, state.line];
  return true;
}

/** The line that ends with the closing fence; null when none does before the container ends. */
function closingLine(
  state: StateBlock,
  startLine: number,
  endLine: number,
  start: number,
  fence: Fence,
): number | null {
  for (let line = startLine; line < endLine; line += 1) {
    const from = line === startLine ? start + fence.open.length : (state.bMarks[line] ?? 0);
    const text = state.src.slice(from, state.eMarks[line]);
    if (line > startLine && text.trim() !== "" && (state.sCount[line] ?? 0) < state.blkIndent) return null;
    const at = closing(text, 0, fence);
    if (at !== null) return text.slice(at + fence.close.length).trim() === "" ? line : null;
  }
  return null;
}

function mayOpen(source: string, at: number, fence: Fence): boolean {
  if (fence.open !== "$") return true;
  return !/[\w\\$]/.test(source[at - 1] ?? "") && /\S/.test(source[at + 1] ?? "");
}

/** Where the closing fence is. For a lone dollar the rules of prices hold: "$5 and $6" is no math. */
function closing(source: string, from: number, fence: Fence): number | null {
  for (let at = source.indexOf(fence.close, from); at !== -1; at = source.indexOf(fence.close, at + 1)) {
    if (at === from || isEscaped(source, at)) continue;
    if (fence.close !== "$") return at;
    if (source.slice(from, at).includes("\n\n")) return null;
    if (/\S/.test(source[at - 1] ?? "") && !/[\d$]/.test(source[at + 1] ?? "")) return at;
  }
  return null;
}

function isEscaped(source: string, at: number): boolean {
  let slashes = 0;
  while (source[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}

function looksUnfinished(tex: string, fence: Fence): boolean {
  if (fence.open !== "$") return true;
  return /^[\\a-zA-Z({|]/.test(tex) && tex.length <= LONGEST_OPEN_DOLLAR && !tex.includes("\n");
}
