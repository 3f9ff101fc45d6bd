/* Shows in a page what was blocked there, and why. It is for those who make the site (`debug`), who alone get this file. */

import { outline } from "./outline.js";
import { list } from "./panel.js";

/** A comment at the end of a page (gate/response/blocked_comment.py). */
const COMMENT = "consentgate ";

/** Show something that was kept back while the page ran.
 * @param {string} kind
 * @param {string} name
 * @param {string} lines The lines of a policy that declare it. */
export const showFinding = (kind, name, lines) => {
  list({ kind: `${kind}, by a script`, where: name, why: "No consent to it, or the policy does not declare it.", declare: lines });
};

/** Show what the server has taken out of a page, or of a piece of one that a script has put in.
 * @param {Node} root */
const showBlocked = (root) => {
  const comments = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  for (let node = comments.currentNode; node; node = /** @type {Node} */ (comments.nextNode())) {
    const text = node.nodeType === Node.COMMENT_NODE ? (node.nodeValue ?? "") : "";
    if (!text.startsWith(COMMENT)) continue;
    for (const [kind, where, whose, category, declare] of JSON.parse(text.slice(COMMENT.length))) {
      const opens = category ? `Consent to "${category}" opens it` : "No consent opens it";
      list({ kind, where, why: `${whose}. ${opens}${declare ? ", and the policy does not declare it" : ""}.`, declare });
    }
  }
};

showBlocked(document);
outline(document);
new MutationObserver((records) => {
  for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
    showBlocked(node);
    outline(node);
  }
}).observe(document, { childList: true, subtree: true });
