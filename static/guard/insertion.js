/* What scripts put into the page, and what they change in it. */

import { gate, inert, inspect, withoutOthers } from "./elements.js";
import { patch } from "./patch.js";

/* As the browser has it, before it is guarded. */
const { setAttribute } = Element.prototype;

/** Gate what scripts put into the page, and what they make of elements there. */
export const guardInsertion = () => {
  for (const { prototype } of [Node, Element, Document, DocumentFragment, CharacterData, Range]) {
    patch(prototype, "appendChild insertBefore replaceChild append prepend before after replaceWith replaceChildren insertAdjacentElement insertNode surroundContents body", insertNodes);
  }
  for (const { prototype } of [Element, ShadowRoot, Document]) {
    patch(prototype, "innerHTML outerHTML insertAdjacentHTML setHTMLUnsafe write writeln execCommand", insertMarkup);
  }
  patch(Element.prototype, "setAttribute setAttributeNS setAttributeNode setAttributeNodeNS", changeElement);
  patch(HTMLIFrameElement.prototype, "src srcdoc", changeElement);
  patch(HTMLLinkElement.prototype, "href rel relList", changeElement);
  patch(HTMLMetaElement.prototype, "content httpEquiv", changeElement);
  patch(HTMLLinkElement.prototype, "relList", noteOwner, "get");
  patch(Element.prototype, "attributes", noteOwner, "get");
  patch(DOMTokenList.prototype, "add toggle replace value", changePart);
  patch(NamedNodeMap.prototype, "setNamedItem setNamedItemNS", changePart);
};

/** Say whether things load in a node, now or when the host of its shadow root comes into the page.
 * @param {any} node A node, or a range. */
const loads = (node) => {
  const place = node.startContainer ?? node;
  const { defaultView } = place.ownerDocument ?? place;
  return defaultView && (place.isConnected || place.getRootNode() instanceof ShadowRoot);
};

/** @type {import("./patch.js").Instead} */
const insertNodes = (native, parent, args, name) => {
  /* After the new node comes one that is there already. */
  if (loads(parent)) (/(Child|Before|Node|Contents)$/.test(name) ? args.slice(0, 1) : args).forEach(inspect);
  return native.apply(parent, args);
};

/** @type {import("./patch.js").Instead} */
const insertMarkup = (native, self, args, name) => {
  /* What is put elsewhere is inspected when its nodes come into the page; in these it is text, or waits. */
  if (!loads(self) || /^(script|style|textarea|title|noscript|template)$/.test(self.localName)) return native.apply(self, args);
  const isInPieces = /^write/.test(name) && args.length > 1 && args.every((arg) => typeof arg === "string");
  return native.apply(self, (isInPieces ? [args.join("")] : args).map(withoutOthers));
};

/** Make a change to a copy of an element first, where nothing loads.
 * @type {import("./patch.js").Instead} */
const changeElement = (native, element, args) => {
  if (!/^(iframe|link|meta)$/.test(element.localName) || !loads(element)) return native.apply(element, args);
  const copy = inert.importNode(element, false);
  native.apply(copy, args.map((arg) => arg?.cloneNode?.() ?? arg));
  const changes = gate(copy);
  if (!changes) return native.apply(element, args);
  /* What was kept back goes first. */
  for (const name of [...Object.keys(changes), ...copy.getAttributeNames()]) {
    const value = copy.getAttribute(name);
    if (element.getAttribute(name) !== value) setAttribute.call(element, name, value ?? "");
  }
};

/** @type {WeakMap<object, [Element, name: string]>} For a part of an element, such as a list of relations, whose it is and
 * what it is called there. */
const owners = new WeakMap();

/** @type {import("./patch.js").Instead} */
const noteOwner = (native, element, _, name) => {
  const part = native.call(element);
  owners.set(part, [element, name]);
  return part;
};

/** Change an element by a part of it.
 * @type {import("./patch.js").Instead} */
const changePart = (native, part, args, ofPart) => {
  const [owner, name] = owners.get(part) ?? [];
  const apply = (/** @type {any} */ element, /** @type {any[]} */ args) => native.apply(element[name ?? ""], args);
  return owner ? changeElement(/** @type {any} */ ({ apply }), owner, args, ofPart) : native.apply(part, args);
};
