/* A decision, sent without leaving the page. */

import { stopAsking } from "./asking.js";
import { forgetPages } from "./cached_pages.js";
import { confirm } from "./confirmation.js";
import { loadAgain } from "./reload.js";
import { sweep } from "./sweep.js";

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

let isBusy = false;

/** Send the decision that a `button` of a form of ours makes, and let the page follow it. It fails where the page may
 * not send it.
 * @param {Tools} tools
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button */
export const decide = async (tools, form, button) => {
  if (isBusy) return;
  isBusy = true;
  const { tellOfChange } = tools;
  const { before, state } = tools.said;
  /* A notice that is closed changes nothing. */
  const isSeen = button.value === "seen";
  const adds = button.value === "accept" || button.value === "permit";
  const takesBack = Boolean(state) && !adds && !isSeen;
  /* Before the answer deletes cookies: tags could set them again. */
  if (takesBack) tellOfChange(takesBack);
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).finally(() => (isBusy = false));
  if (answer.type !== "opaqueredirect") throw answer;
  if (isSeen) return stopAsking(tools);
  if (!takesBack) tellOfChange(takesBack);
  tools.tabs?.postMessage("");
  if (!adds) await sweep(tools).catch(() => {});
  await forgetPages(tools).catch(() => {});
  /* What runs in the page must end, whatever else is lost. */
  if (takesBack) loadAgain(tools);
  else if (button.value === "refuse") stay(tools, false);
  /* What answers a form, an order perhaps, and what has been typed are worth more than what would load. */
  else if (before || isTypedInto()) {
    stay(tools, true);
    loadNextAnew();
  } else loadAgain(tools);
};

const isTypedInto = () => {
  try {
    return document.querySelector(":is(input,textarea,select):is(:user-valid,:user-invalid)");
  } catch { /* An old browser. */ }
};

/** Confirm a choice on the page, which stays; `later`, that it counts on the next one.
 * @param {Tools} tools
 * @param {boolean} later */
const stay = (tools, later) => {
  stopAsking(tools);
  confirm(tools, later)?.focus({ preventScroll: true });
};

/** Have the browser itself load the next page, where a script would put it into this one: this one stays, and keeps
 * the policy that it came with. */
const loadNextAnew = () => {
  const here = () => location.pathname + location.search;
  const page = here();
  const observer = new MutationObserver(() => here() !== page && location.reload());
  for (const node of [document.documentElement, document.body]) observer.observe(node, { childList: true });
};
