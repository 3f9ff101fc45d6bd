/* The event of the document by which everyone hears of a decision. */

export const CHANGE = "consentgate:change";

/** Tell that the visitor has decided anew; `takesBack`, that the page is about to go. An error in a listener stops
 * nothing.
 * @param {boolean} takesBack */
export const tellOfChange = (takesBack) =>
  document.dispatchEvent(new CustomEvent(CHANGE, { detail: { takesBack } }));

/** Call `listener` at each change.
 * @param {(change: import("../consentgate").Change) => void} listener */
export const onChange = (listener) =>
  document.addEventListener(CHANGE, (event) => listener(/** @type {CustomEvent} */ (event).detail));
