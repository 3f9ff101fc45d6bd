/* The events of the document by which the parts of the snippet hear of a decision. */

/** Consent is being taken back, or may have been in another tab: the page is about to go. */
export const TAKEN_BACK = "consentgate:taken-back";

/** Tell everyone who listens. An error in a listener stops nothing.
 * @param {string} name */
export const tellPage = (name) => document.dispatchEvent(new Event(name));
