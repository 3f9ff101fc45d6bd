/* The part of the script that is fetched once the page has loaded, or when it is needed before. */

import { find, ours } from "./banner.js";
import { tellOfChange } from "./events.js";
import { isSaved } from "./saved.js";
import { hearOfFindings } from "../guard/findings.js";
import { own, said } from "./script_element.js";
import { tabs } from "./tabs.js";

/** Opens a cache as the browser does: to look into one is not to store anything, which the guard would take it for.
 * @type {CacheStorage["open"] | undefined} */
const openCache = self.caches?.open.bind(caches);

/** @typedef {typeof TOOLS} Tools What that part uses of this one. */
const TOOLS = { find, hearOfFindings, openCache, own, said, tabs, tellOfChange };

/** @typedef {typeof import("../interaction/interaction.js")} Interaction */

/** @type {any} */
let interaction;

/** Fetch that part and have it do something, or else do something else: a policy of the page, or the network, may keep
 * it out.
 * @template {keyof Interaction} Name
 * @param {Name} name
 * @param {Parameters<Interaction[Name]> extends [any, ...infer Rest] ? Rest : []} args
 * @param {() => void} [otherwise] */
export const interact = async (name, args, otherwise) => {
  try {
    /* Once it is there it acts at once: what gets the focus is uncovered before the browser scrolls. */
    interaction ??= await import(own(INTERACTION_FILE).href);
    await interaction[name](TOOLS, ...args);
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

/** @type {Element | null} The button that a person has pressed. */
let pressed = null;

/** Note what a person pressed in the banner, and show the choices in the page where a link leads to them.
 * @param {MouseEvent} event */
export const clicked = (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  pressed = event.isTrusted ? target.closest("button") : null;
  const link = target.closest("a");
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
  if (!button || (button !== pressed && button.value !== "refuse")) return;
  pressed = null;
  interact("decide", [form, button], () => {
    /* As if there were no script: the server's answer is then seen. */
    ours?.removeEventListener("submit", send);
    /* Where a policy forbids the request it fails while the form is still being submitted. */
    requestAnimationFrame(() => form.requestSubmit(button));
  });
};
