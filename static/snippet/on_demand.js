/* The part of the script that is fetched when it is needed: most pages are read without it. */

import { stopAsking } from "./asking.js";
import { find, ours } from "./banner.js";
import { check, openCache, tellTabs } from "./copies.js";
import { tellOfChange } from "./events.js";
import { loadAgain } from "./reload.js";
import { isSaved } from "./saved.js";
import { before, frames, own, state } from "./script_element.js";

/** @typedef {typeof TOOLS} Tools What that part uses of this one. */
const TOOLS = { before, check, find, frames, loadAgain, openCache, own, state, tellOfChange, tellTabs, stopAsking };

/** @typedef {typeof import("../interaction/interaction.js")} Interaction */

/** Fetch that part and have it do something, or else do something else: a policy of the page, or the network, may keep
 * it out.
 * @template {keyof Interaction} Name
 * @param {Name} name
 * @param {Parameters<Interaction[Name]> extends [any, ...infer Rest] ? Rest : []} args
 * @param {() => void} [otherwise] */
export const interact = async (name, args, otherwise) => {
  try {
    await (await import(own(INTERACTION_FILE).href))[name](TOOLS, ...args);
  } catch {
    otherwise?.();
  }
};

let isNews = isSaved;

/** Say, once, that the choice was saved which led to this page. */
export const sayNews = () => {
  if (isNews) interact("arrive", []);
  isNews = false;
};

let isGenuine = false;

/** Note who clicked in the banner, and show the choices in the page where a link leads to them.
 * @param {MouseEvent} event */
export const clicked = (event) => {
  isGenuine = event.isTrusted;
  const link = /** @type {HTMLElement} */ (event.target).closest("a");
  if (!link?.matches("[href*='?next=']") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  interact("showChoices", [link], () => location.assign(link.href));
};

/** Send the decision that a form of ours makes, without leaving the page.
 * @param {SubmitEvent} event */
export const send = (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  event.preventDefault();
  /* Only a person says yes. Whatever acts for a visitor may say no. */
  const isReal = isGenuine || button?.value === "refuse";
  isGenuine = false;
  if (!isReal || !button) return;
  interact("decide", [form, button], () => {
    /* As if there were no script: the server's answer is then seen. */
    ours?.removeEventListener("submit", send);
    /* Where a policy forbids the request it fails while the form is still being submitted. */
    requestAnimationFrame(() => form.requestSubmit(button));
  });
};
