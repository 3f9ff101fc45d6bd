/* The page once more, under another decision. */

import { SAVED } from "./saved.js";
import { before } from "./script_element.js";

/** Have the browser itself load the next page, where a script would put it into this one: this one stays, and keeps
 * the policy that it came with. */
export const loadNextAnew = () => {
  const here = () => location.pathname + location.search;
  const page = here();
  const observer = new MutationObserver(() => here() !== page && location.reload());
  for (const node of [document.documentElement, document.body]) observer.observe(node, { childList: true });
};

/** Load the page again. One that answers a form is not asked for again: that would repeat what the form did. */
export const loadAgain = () => {
  if (before) return location.replace(origin + before);
  if (!location.hash) history.replaceState(history.state, "", SAVED);
  location.reload();
};
