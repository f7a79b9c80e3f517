// The last gate before an answer's HTML meets the page.

import DOMPurify, { type Config } from "dompurify";

const RULES: Config = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: ["style", "form", "input", "textarea", "select", "img", "picture", "video", "audio", "source"],
  FORBID_ATTR: ["style", "id", "name", "srcset", "background", "poster"],
  ADD_ATTR: ["target"],
  // The rule below is asked about every other attribute's value too, and would refuse these.
  ADD_URI_SAFE_ATTR: ["target", "rel", "tabindex", "dir", "type", "start"],
  // A relative link would lead into this site, with the reader's cookie.
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
};

export function sanitised(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, { ...RULES, RETURN_DOM_FRAGMENT: true });
}
