/* A decision, sent without leaving the page. */

import { find, ours } from "./banner.js";
import { tellTabs } from "./copies.js";
import { tellOfChange } from "./events.js";
import { withdrawQuestion } from "./question.js";
import { loadAgain, loadNextAnew } from "./reload.js";
import { say } from "./saved.js";
import { before, state } from "./script_element.js";

let isGenuine = false;
let isBusy = false;

/** Note who clicked in the banner, and lead what was clicked back to where the page is by now: a script may have
 * changed its address.
 * @param {Event} event */
export const clicked = ({ isTrusted }) => {
  isGenuine = isTrusted;
  if (before || !ours) return;
  const next = location.pathname + location.search;
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = ours.querySelectorAll("[name=next]");
  for (const input of inputs) input.value = next;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = ours.querySelectorAll("[href*='?next=']");
  for (const link of links) {
    const query = new URLSearchParams(link.search);
    query.set("next", next);
    link.search = query.toString();
  }
};

/** Send the decision that a form of ours makes.
 * @param {SubmitEvent} event */
export const send = async (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  /* Only a person says yes. Whatever acts for a visitor may say no. */
  const isReal = isGenuine || button?.value === "refuse";
  isGenuine = false;
  if (!isReal || !button || isBusy) return;
  isBusy = true;
  const takesBack = Boolean(state) && button.value !== "accept";
  /* Before the answer deletes cookies: tags could set them again. */
  if (takesBack) tellOfChange(takesBack);
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set(button.name, button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw answer;
    if (!takesBack) tellOfChange(takesBack);
    tellTabs();
    /* What runs in the page must end, whatever else is lost. */
    if (takesBack) loadAgain();
    else if (button.value === "refuse") confirm(false);
    /* What answers a form, an order perhaps, and what has been typed are worth more than what would load. */
    else if (before || isTypedInto()) {
      confirm(true);
      loadNextAnew();
    } else loadAgain();
  } catch {
    /* As if there were no script: the server's answer is then seen. */
    ours?.removeEventListener("submit", send);
    /* Where a policy forbids the request it fails while the form is still being submitted. */
    requestAnimationFrame(() => form.requestSubmit(button));
  }
};

const isTypedInto = () => {
  try {
    return document.querySelector(":is(input,textarea,select):is(:user-valid,:user-invalid)");
  } catch { /* An old browser. */ }
};

/** Confirm a choice on the page, which stays; `later`, that it counts on the next one.
 * @param {boolean} later */
const confirm = (later) => {
  withdrawQuestion();
  say(later);
  const place = find("settings") ?? find("saved")?.lastElementChild;
  /** @type {HTMLElement | undefined} */ (place)?.focus({ preventScroll: true });
};
