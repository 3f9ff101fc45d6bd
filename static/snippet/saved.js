/* The address of a page may say that its visitor has just made a choice. */

import { SAVED } from "./fragment.js";

export const isSaved = location.hash === SAVED;

/** Take the fragment from the address, which is the page's. */
export const tidyAddress = () => {
  if (isSaved) history.replaceState(history.state, "", location.pathname + location.search);
};
