/* Where the banner is: in the shadow root of the body. */

import { STYLES } from "./fragment.js";

/** @type {ShadowRoot | null | undefined} */
let root;

/** @type {HTMLElement | null | undefined} What stands in the root, of the page that is shown. */
export let ours;

/** Return the part of the banner with this name, if it is there.
 * @param {string} name
 * @returns {HTMLElement | null | undefined} */
export const find = (name) => ours?.querySelector(".consentgate-" + name);

/** Have `mounted` called for every banner that comes into the page: the parser has made the shadow root, unless
 * the browser is an old one or a script has put a page in. Where a script has put in another body, what stood in
 * the last one moves on.
 * @param {(ours: HTMLElement) => void} mounted */
export const watch = (mounted) => {
  const mount = () => {
    const { body } = document;
    const first = body.firstElementChild;
    const template = first?.matches("template[data-consentgate]") ? /** @type {HTMLTemplateElement} */ (first) : null;
    template?.remove();
    const content = root ?? template?.content;
    if (!body.shadowRoot && content) body.attachShadow({ mode: "open" }).append(...content.childNodes);
    bodies.observe(body, { childList: true });
    if (root === body.shadowRoot) return;
    ours = body.shadowRoot?.querySelector(".consentgate");
    if (!ours) return;
    root = body.shadowRoot;
    /* The page around a frame asks; the frame does not ask again, and its plain form is the server's to judge. */
    if (self !== top) return ours.remove();
    mounted(ours);
  };
  const bodies = new MutationObserver(mount);
  new MutationObserver(mount).observe(document.documentElement, { childList: true });
  mount();
};

/** Style the banner where a policy in the page's own head has kept the styles out that come after it, not those
 * before.
 * @param {HTMLElement} ours */
export const dress = (ours) => {
  const link = /** @type {HTMLLinkElement | null} */ (document.getElementById(STYLES));
  if (link && !link.sheet) link.onload = () => dress(ours);
  if (!link?.sheet || !root?.adoptedStyleSheets || getComputedStyle(ours).display === "contents") return;
  const styles = new CSSStyleSheet();
  styles.replaceSync([...link.sheet.cssRules].map(({ cssText }) => cssText).join(""));
  root.adoptedStyleSheets = [styles];
};
