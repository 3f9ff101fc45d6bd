/* The address of a page says that its visitor has just made a choice. */

import { STYLES } from "./banner.js";

/** The fragment of an address that says so. */
export const SAVED = "#" + STYLES;

export const isSaved = location.hash === SAVED;

/** Take the fragment from the address, which is the page's. */
export const tidyAddress = () => {
  if (isSaved) history.replaceState(history.state, "", location.pathname + location.search);
};
