/* The page once more, under another decision. */

import { SAVED } from "../snippet/fragment.js";

/** Load the page again. One that answers a form is not asked for again: that would repeat what the form did.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const loadAgain = ({ said: { before } }) => {
  if (before) return location.replace(origin + before);
  if (!location.hash) history.replaceState(history.state, "", SAVED);
  location.reload();
};
