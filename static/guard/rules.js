/* What the page may contact and store: what the server allows this visitor, on this page. */

import { guard, script } from "../snippet/script_element.js";
import { keepBack } from "./findings.js";
import { findPattern } from "./patterns.js";

/* As the server writes them (gate/response/guard_rules.py). */
/** @type {[hosts: string[], names: string[], refused: string[], gatesForms?: boolean]} */
const [hosts, names, refused, forms] = JSON.parse(guard ?? "[]");

/** True where forms to other hosts need consent, too. */
export const gatesForms = forms;

/** Say whether the page may store something under a name. If not, that is a finding.
 * @param {string} kind What is stored: a word for it.
 * @param {unknown} name */
export const mayStore = (kind, name) => {
  /* The names that overlap are in the order in which they decide. */
  const pattern = findPattern(names, String(name));
  return (pattern !== undefined && !refused.includes(pattern)) || keepBack(kind, name);
};

/** Say whether the page may contact whom a URL leads to. If not, that is a finding.
 * @param {unknown} url */
export const mayContact = (url) => {
  try {
    /* An element of the page may be named like a property of the document: `<img name=baseURI>`. */
    const { protocol, hostname } = new URL(/** @type {any} */ (url), script.baseURI);
    if (!/^(http|ws)/.test(protocol) || hostname === location.hostname) return true;
    return findPattern(hosts, hostname) || keepBack("host", hostname);
  } catch {
    /* No URL leads to nobody. */
    return true;
  }
};
