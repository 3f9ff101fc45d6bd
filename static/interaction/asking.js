/* The question that a page asks its visitor. */

/** The name of the element with the question for machines (question.js). */
export const QUESTION = "consentgate-question";

/** Stop asking: the visitor has answered.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const stopAsking = ({ find }) => {
  find("banner")?.remove();
  document.querySelector(QUESTION)?.remove();
};
