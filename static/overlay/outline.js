/* Outlines what stands in the page for something that was blocked. */

/* Placeholders in the page, frames with one in them or from the server, and links in the place of social buttons. */
const OURS = ".consentgate-placeholder, .consentgate-share, iframe[srcdoc*='/placeholder-'], iframe[src*='/embed?']";

/** @param {Node} root */
export const outline = (root) => {
  const found = /** @type {Element} */ (root).querySelectorAll?.(OURS) ?? [];
  for (const element of [...found, ...(/** @type {Element} */ (root).matches?.(OURS) ? [root] : [])]) {
    const { style } = /** @type {HTMLElement} */ (element);
    style.outline = "2px dashed #c2410c";
    style.outlineOffset = "2px";
  }
};
