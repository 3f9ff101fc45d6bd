/* Shows in a page what was blocked there, and why. It is for those who make the site (`debug`), who alone get this file. */

import { outline } from "./outline.js";
import { list } from "./panel.js";

/** A comment at the end of a page (gate/response/blocked_comment.py). */
const COMMENT = "consentgate ";

/** @typedef {import("./panel.js").Thing} Thing */

/** Show something that was kept back while the page ran.
 * @param {URL} explains Where the server says whose it is, and how to declare it.
 * @param {string} kind
 * @param {string} name */
export const showFinding = async (explains, kind, name) => {
  const body = JSON.stringify([[kind, name]]);
  const answer = await fetch(explains, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  for (const thing of /** @type {Thing[]} */ (await answer.json())) {
    list(thing);
    console.info(`consentgate: ${thing.kind} ${thing.where}: ${thing.why}\n${thing.declare}`);
  }
};

/** Show what the server has taken out of a page, or of a piece of one that a script has put in.
 * @param {Node} root */
const showBlocked = (root) => {
  const comments = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  for (let node = comments.currentNode; node; node = /** @type {Node} */ (comments.nextNode())) {
    if (node.nodeType === Node.COMMENT_NODE) readComment(node.nodeValue ?? "");
  }
};

/** @param {string} text */
const readComment = (text) => {
  if (!text.startsWith(COMMENT)) return;
  try {
    JSON.parse(text.slice(COMMENT.length)).forEach(list);
  } catch { /* It is the page's own. */ }
};

showBlocked(document);
outline(document);
new MutationObserver((records) => {
  for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
    showBlocked(node);
    outline(node);
  }
}).observe(document, { childList: true, subtree: true });
