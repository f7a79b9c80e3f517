// Make one DOM tree equal another by changing only what differs.
//
// Nodes that stay keep their identity, and with it the reader's selection and scroll position.

/** Give `target` the children of `wanted`. Elements typeset from `data-tex` count as equal to their source. */
export function patchChildren(target: Node, wanted: Node): void {
  const news = Array.from(wanted.childNodes);
  for (const [index, node] of news.entries()) {
    const old = target.childNodes[index];
    if (old === undefined) target.appendChild(node);
    else if (!patchNode(old, node)) target.replaceChild(node, old);
  }
  while (target.childNodes.length > news.length) target.lastChild?.remove();
}

/** Change `old` into `wanted` in place; says whether that was possible. */
export function patchNode(old: Node, wanted: Node): boolean {
  if (old instanceof Text && wanted instanceof Text) {
    patchText(old, wanted.data);
    return true;
  }
  if (!(old instanceof Element && wanted instanceof Element) || !sameTag(old, wanted)) return false;
  if (!old.hasAttribute("data-tex")) patchChildren(old, wanted);
  return true;
}

/** Append where the text only grew, which leaves a selection alone. */
function patchText(old: Text, text: string): void {
  if (old.data === text) return;
  if (text.startsWith(old.data)) old.appendData(text.slice(old.length));
  else old.data = text;
}

function sameTag(one: Element, other: Element): boolean {
  if (one.localName !== other.localName || one.attributes.length !== other.attributes.length) return false;
  return Array.from(one.attributes).every(({ name, value }) => other.getAttribute(name) === value);
}
