// The Markdown dialect of answers: CommonMark, tables, strikethrough, bare links and math; no HTML.

import MarkdownIt, { type Token } from "markdown-it";
import { mathRules } from "./math";

/** Turns code into highlighted HTML; null until it is loaded, or for a language it does not know. */
export type Highlight = (code: string, language: string) => string | null;

let highlight: Highlight = () => null;

export function useHighlight(highlighter: Highlight): void {
  highlight = highlighter;
}

export const grammar = new MarkdownIt("default", { html: false, linkify: true, typographer: false });

const { escapeHtml, unescapeAll } = grammar.utils;
const { rules } = grammar.renderer;

grammar.use(mathRules);
grammar.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

rules["fence"] = (tokens, index) => codeBlock(tokens[index]);
rules["code_block"] = (tokens, index) => codeBlock(tokens[index]);

function codeBlock(token: Token | undefined): string {
  if (token === undefined) return "";
  const language = unescapeAll(token.info).trim().split(/\s+/, 1)[0] ?? "";
  const code = highlight(token.content, language) ?? escapeHtml(token.content);
  const name = escapeHtml(language);
  return (
    `<div class="code-block"><div class="code-head"><span class="code-language">${name}</span>` +
    `<button type="button" class="code-copy" data-copy>Copy</button></div>` +
    `<pre tabindex="0" role="group" aria-label="Code ${name}" data-scrolls dir="ltr">` +
    `<code data-language="${name}">${code}</code></pre></div>\n`
  );
}

rules["table_open"] = () =>
  '<div class="table-scroll" tabindex="0" role="group" aria-label="Table" data-scrolls><table>\n';
rules["table_close"] = () => "</table></div>\n";

// Under the page's own headings every heading of an answer is of one level, whatever an answer
// begins with; its look still follows the level that was written.
for (const part of ["heading_open", "heading_close"]) {
  rules[part] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    if (token === undefined) return "";
    if (token.nesting === 1) token.attrSet("class", `level-${token.tag.slice(1)}`);
    token.tag = "h4";
    return self.renderToken(tokens, index, options);
  };
}

// Alignment comes as a style attribute, which the content security policy forbids.
for (const cell of ["th_open", "td_open"]) {
  rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const style = token?.attrGet("style");
    if (token && typeof style === "string") {
      token.attrs = (token.attrs ?? []).filter(([name]) => name !== "style");
      token.attrJoin("class", style.replace("text-align:", "align-"));
    }
    return self.renderToken(tokens, index, options);
  };
}

// A picture named by an answer could tell somebody else who reads it and when: a link instead.
rules["image"] = (tokens, index) => {
  const token = tokens[index];
  const label = token?.content || "image";
  return `<a href="${escapeHtml(String(token?.attrGet("src") ?? ""))}" ${AWAY}>${escapeHtml(label)}</a>`;
};

const AWAY = 'target="_blank" rel="noopener noreferrer nofollow"';

rules["link_open"] = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  token?.attrSet("target", "_blank");
  token?.attrSet("rel", "noopener noreferrer nofollow");
  return self.renderToken(tokens, index, options);
};
