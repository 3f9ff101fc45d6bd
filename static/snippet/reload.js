/* The page once more, under another decision. */

import { SAVED } from "./saved.js";
import { before } from "./script_element.js";

/** Load the page again. One that answers a form is not asked for again: that would repeat what the form did. */
export const loadAgain = () => {
  if (before) return location.replace(origin + before);
  if (!location.hash) history.replaceState(history.state, "", SAVED);
  location.reload();
};
