/* Elements by which a browser contacts others before any policy of the page refuses that. */

import { own } from "../snippet/script_element.js";
import { mayContact } from "./rules.js";

const MARKUP = /<(iframe|link|meta|script)\b/i;

const OWN_PAGES = { href_matches: "/*" };

/* As the browser has it, before it is guarded. */
const { set: parse } = /** @type {any} */ (Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML"));

/** A document in which nothing loads. */
export const inert = document.implementation.createHTMLDocument("");

/** What to change in an element of a kind, so that it contacts nobody who is not allowed; nothing where that is so.
 * @type {Record<string, (element: any) => object | false | "">} */
const CHANGES = {
  iframe: (frame) => {
    const srcdoc = withoutOthers(frame.srcdoc);
    const src = frame.getAttribute("src");
    return srcdoc !== frame.srcdoc ? { srcdoc } : src && !mayContact(src) && { src: placeholderOf(frame) };
  },
  link: ({ rel, href }) => /\b(dns-|pre)/i.test(rel) && !mayContact(href) && { href: "" },
  meta: ({ httpEquiv, content }) => {
    const [, , url] = /^[\s\d.]*[\s;,]\s*(url\s*=\s*)?["']?([^"']*)/i.exec(content) ?? [];
    return /^refresh$/i.test(httpEquiv) && url && !mayContact(url) && { content: "" };
  },
  /* Of a list, what is allowed stays; of what links lead to, what is on the site's own host. */
  script: ({ type, text }) => /^speculationrules$/i.test(type) && {
    text: JSON.stringify(JSON.parse(text, (key, value) => {
      if (key === "urls") return value.filter(mayContact);
      if (key === "where") return { and: [OWN_PAGES, value] };
      return value.source === "document" ? { where: OWN_PAGES, ...value } : value;
    })),
  },
};

/** Gate one element; say whether something was kept back.
 * @param {Element} element */
export const gate = (element) => {
  const changes = CHANGES[element.localName]?.(element);
  return Boolean(changes && Object.assign(element, changes));
};

/** Gate a tree; say whether something was kept back.
 * @param {any} root */
export const inspect = (root) =>
  root?.querySelectorAll && [root, ...root.querySelectorAll(Object.keys(CHANGES))].map(gate).includes(true);

/** Return markup as it is where it contacts nobody else, else without what does.
 * @template Markup
 * @param {Markup} html A text, or what a page has declared to be trusted. */
export const withoutOthers = (html) => {
  if (!MARKUP.test(String(html))) return html;
  const template = inert.createElement("template");
  parse.call(template, html);
  return inspect(template.content) ? template.innerHTML : html;
};

/** Return the address of the placeholder of a frame. The server picks the attributes that what was in it needs.
 * @param {HTMLIFrameElement} frame */
const placeholderOf = (frame) => {
  const query = new URLSearchParams({ next: location.pathname + location.search });
  for (const { name, value } of frame.attributes) query.set(name, value);
  return own("embed?" + query).href;
};
