// What is held back at the end of unfinished text, so that nothing is shown and then taken away.
//
// A lone "-" may become a list, a rule or a heading; "**bol" will become bold. Only the last lines
// are touched, only while text streams, and the finished text is always rendered as it is.

/** A last line made of marks only: it is not yet known what it will be. */
const UNDECIDED_LINE = /(^|\n)[ \t]{0,3}(?:[-*+_=#>|~`$]+|\d{1,9}[.)]?|\\)[ \t]*$/;

/** A first row of a table, before the row below it says that it is one. */
const UNDECIDED_ROWS = /^\|[^\n]*(?:\n[|:\- \t]*)?$/;

/** Marks at the very end: they may open, close or be longer. */
const UNDECIDED_MARKS = /(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|\\|!?\[)$/;

const UNFINISHED_LINK = /!?\[([^\]\n]*)\]\([^)\n]*$/;
const FENCE_LINE = /^[ \t>]*(?:`{3,}|~{3,})/gm;
const UNDECIDED_FENCE = /(^|\n)[ \t>]*(?:`+|~+)$/;

/** Cut or complete the end of unfinished `source`, which begins with a whole block. */
export function heldBack(source: string): string {
  const isInCode = (source.match(FENCE_LINE) ?? []).length % 2 === 1;
  if (isInCode) return source.replace(UNDECIDED_FENCE, "$1");
  const settled = source.replace(UNDECIDED_LINE, "$1");
  const rows = startOfLastRows(settled);
  const decided = UNDECIDED_ROWS.test(settled.slice(rows)) ? settled.slice(0, rows) : settled;
  return closeMarks(decided.replace(UNFINISHED_LINK, "$1").replace(UNDECIDED_MARKS, ""));
}

/** Where the table rows at the end begin: line by line, for a pattern could take forever. */
function startOfLastRows(source: string): number {
  let start = source.length;
  for (let end = source.length; end > 0; end = start - 1) {
    const line = source.lastIndexOf("\n", end - 1) + 1;
    const isRow = source[line] === "|" || (line === source.length && end === source.length);
    if (!isRow) break;
    start = line;
    if (line === 0) break;
  }
  return start;
}

/** Close the emphasis and the code span that the last paragraph has opened. */
function closeMarks(source: string): string {
  const paragraph = source.slice(Math.max(source.lastIndexOf("\n\n"), source.lastIndexOf("```\n") + 3));
  const open: string[] = [];
  let code = "";
  for (const { 0: mark, index } of paragraph.matchAll(/\\.|`+|\*\*|~~|\*/g)) {
    if (mark.startsWith("`")) code = code === "" ? mark : code === mark ? "" : code;
    else if (code === "" && !mark.startsWith("\\")) {
      note(open, mark, paragraph[index - 1] ?? " ", paragraph[index + mark.length] ?? " ");
    }
  }
  if (code !== "") return source.trimEnd() + code;
  return open.length === 0 ? source : source.trimEnd() + open.reverse().join("");
}

/** Note that `mark` closes what is open, or opens, by what stands before and after it. */
function note(open: string[], mark: string, before: string, after: string): void {
  const at = open.lastIndexOf(mark);
  if (at !== -1 && before.trim() !== "") open.splice(at);
  else if (at === -1 && after.trim() !== "" && !/\w/.test(before)) open.push(mark);
}
