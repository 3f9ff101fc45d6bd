/* What scripts put into the page, and what they change in it. */

import { gate, inert, inspect, withoutOthers } from "./elements.js";
import { patch } from "./patch.js";

/** Gate what scripts put into the page, and what they make of elements there. */
export const guardInsertion = () => {
  for (const { prototype } of [Node, Element, Document, DocumentFragment, CharacterData, Range]) {
    patch(prototype, "appendChild insertBefore replaceChild append prepend before after replaceWith replaceChildren insertAdjacentElement insertNode surroundContents", insertNodes);
  }
  for (const { prototype } of [Element, ShadowRoot, Document]) {
    patch(prototype, "innerHTML outerHTML insertAdjacentHTML setHTMLUnsafe write writeln execCommand", insertMarkup);
  }
  patch(Element.prototype, "setAttribute setAttributeNS setAttributeNode", changeElement);
  patch(HTMLIFrameElement.prototype, "src srcdoc", changeElement);
  patch(HTMLLinkElement.prototype, "href rel", changeElement);
  patch(HTMLMetaElement.prototype, "content httpEquiv", changeElement);
};

/** Say whether a node is where things load, or may come there unseen: what is in a shadow root comes with its host.
 * @param {any} node A range does not say. */
const isInPage = (node) => (node.isConnected ?? true) || node.getRootNode() instanceof ShadowRoot;

/** @type {import("./patch.js").Instead} */
const insertNodes = (native, parent, args) => {
  if (isInPage(parent)) args.forEach(inspect);
  return native.apply(parent, args);
};

/** @type {import("./patch.js").Instead} */
const insertMarkup = (native, self, args, name) =>
  native.apply(self, (/^write/.test(name) && args[1] ? [args.join("")] : args).map(withoutOthers));

/** Make a change to a copy of an element first, where nothing loads.
 * @type {import("./patch.js").Instead} */
const changeElement = (native, element, args) => {
  if (/^(iframe|link|meta)$/.test(element.localName) && isInPage(element)) {
    const copy = inert.importNode(element, false);
    native.apply(copy, args.map((arg) => arg?.cloneNode?.() ?? arg));
    if (gate(copy)) {
      for (const { name, value } of copy.attributes) element.getAttribute(name) === value || element.setAttribute(name, value);
      return;
    }
  }
  return native.apply(element, args);
};
