/* Elements by which a browser contacts others before any policy of the page refuses that. */

import { own } from "../snippet/script_element.js";
import { mayContact } from "./rules.js";
import { trusted } from "./trusted_types.js";

const MARKUP = /<(iframe|link|meta|script)\b/i;

const OWN_PAGES = { href_matches: "/*" };

/** What of a frame goes into its placeholder: where it leads, and what that needs. */
const OF_FRAMES = "src title allow allowfullscreen referrerpolicy sandbox".split(" ");

/* As the browser has it, before it is guarded. */
const { set: parse } = /** @type {any} */ (Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML"));

/** A document in which nothing loads. */
export const inert = document.implementation.createHTMLDocument("");

/** What to change in an element of a kind, so that it contacts nobody who is not allowed; falsy where nothing has to.
 * @type {Record<string, (element: any) => object | false | "" | undefined>} */
const CHANGES = {
  iframe: (frame) => {
    const src = frame.getAttribute("src");
    const srcdoc = withoutOthers(frame.srcdoc);
    /* With both it shows the markup, until a script takes that away. */
    const changes = {
      ...(srcdoc !== frame.srcdoc && { srcdoc }),
      ...(src && !mayContact(src) && { src: placeholderOf(frame) }),
    };
    return Object.keys(changes)[0] && changes;
  },
  link: ({ rel, href }) => /\b(preconnect|prefetch|prerender)\b/i.test(rel) && !mayContact(href) && { href: "" },
  meta: ({ httpEquiv, content }) => {
    const [, , url] = /^[\s\d.]*[\s;,]\s*(url\s*=\s*)?["']?([^"']*)/i.exec(content) ?? [];
    return /^refresh$/i.test(httpEquiv) && url && !mayContact(url) && { content: "" };
  },
  /* Of a list, what is allowed stays; of what links lead to, what is on the site's own host. */
  script: ({ type, text }) => {
    if (!/^speculationrules$/i.test(type)) return;
    try {
      const changed = JSON.stringify(JSON.parse(text, (key, value) => {
        if (key === "urls") return value.filter(mayContact);
        if (key === "where" && value.and?.[0].href_matches !== "/*") return { and: [OWN_PAGES, value] };
        return value?.source === "document" ? { where: OWN_PAGES, ...value } : value;
      }));
      return changed !== JSON.stringify(JSON.parse(text)) && { text: trusted("createScript", changed) };
    } catch { /* No browser follows rules that are none. */ }
  },
};

/** Gate one element; return what was changed in it, if anything was.
 * @param {Element} element */
export const gate = (element) => {
  const changes = CHANGES[element.localName]?.(element);
  return changes && Object.assign(element, changes) && changes;
};

/** Gate a tree; say whether something was kept back.
 * @param {any} root */
export const inspect = (root) =>
  root?.querySelectorAll && [root, ...root.querySelectorAll(Object.keys(CHANGES))].filter(gate).length > 0;

/** Return markup as it is where it contacts nobody else, else without what does.
 * @template Markup
 * @param {Markup} html A text, or what a page has declared to be trusted. */
export const withoutOthers = (html) => {
  if (!MARKUP.test(String(html))) return html;
  const template = inert.createElement("template");
  parse.call(template, typeof html === "string" ? trusted("createHTML", html) : html);
  return inspect(template.content) ? trusted("createHTML", template.innerHTML) : html;
};

/** Return the address of the placeholder of a frame.
 * @param {HTMLIFrameElement} frame */
const placeholderOf = (frame) => {
  const query = new URLSearchParams({ next: location.pathname + location.search });
  for (const name of OF_FRAMES) if (frame.hasAttribute(name)) query.set(name, frame.getAttribute(name) ?? "");
  query.set("src", new URL(query.get("src") ?? "", document.baseURI).href);
  return own("embed?" + query).href;
};
