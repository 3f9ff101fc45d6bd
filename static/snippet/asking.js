/* The question that a page asks its visitor. */

import { find } from "./banner.js";

/** The name of the element with the question for machines (interaction/question.js). */
export const QUESTION = "consentgate-question";

/** Stop asking: the visitor has answered. */
export const stopAsking = () => {
  find("banner")?.remove();
  document.querySelector(QUESTION)?.remove();
};
