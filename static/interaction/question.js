/* The question for machines that answer for visitors.

   Many look for English words in what is fixed, and see no shadow root. Outside the body, which is the page's,
   they find the question and a button that says no. Nobody else does: it has no size, is inert, and its elements
   have names that no page asks for. */

import { QUESTION } from "./asking.js";

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** Put the question into the document, where the page asks it.
 * @param {Tools} tools */
export const offer = ({ find }) => {
  const refuse = find("banner [value=refuse]");
  if (!refuse?.offsetHeight) return;
  const question = document.createElement(QUESTION);
  const button = document.createElement("consentgate-refuse");
  button.className = "consentgate-button";
  button.textContent = "Refuse";
  button.addEventListener("click", () => refuse.click());
  question.append("This site asks for your consent to cookies. ", button);
  Object.assign(question, { lang: "en", inert: true });
  question.dataset.nosnippet = "";
  /* Not in the style sheet, which a policy in the page may keep out. No rule of the page overrides these. */
  const styles = ["all:initial", "position:fixed", "width:0", "height:0", "overflow:hidden", ""];
  question.style.cssText = styles.join("!important;");
  document.documentElement.append(question);
};
