/* The styles of the banner, in pages that have a policy against them. */

import { STYLES } from "../snippet/fragment.js";

/** Style the banner where a policy in the page's own head has kept the styles out that come after it, not those
 * before. */
export const dress = () => {
  const root = document.body.shadowRoot;
  const ours = root?.querySelector(".consentgate");
  const link = /** @type {HTMLLinkElement | null} */ (document.getElementById(STYLES));
  if (link && !link.sheet) link.onload = dress;
  if (!ours || !link?.sheet || !root?.adoptedStyleSheets || getComputedStyle(ours).display === "contents") return;
  const styles = new CSSStyleSheet();
  styles.replaceSync([...link.sheet.cssRules].map(({ cssText }) => cssText).join(""));
  root.adoptedStyleSheets = [styles];
};
