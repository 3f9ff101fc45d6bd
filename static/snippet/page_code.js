/* What the code of a page can ask and do: the global `consentgate` (docs/page-code.md). */

import { onChange } from "./events.js";
import { interact } from "./on_demand.js";
import { allows } from "./script_element.js";

/** @typedef {import("../consentgate").Consentgate} Consentgate */
/** @typedef {import("../consentgate").Act} Act */

const NECESSARY = "necessary";

/** @type {Consentgate} */
const consentgate = {
  allows: (id) => [NECESSARY, ...(allows ?? "").split(" ")].includes(id),
  on: (event, listener) => {
    if (event !== "change") throw new TypeError(`consentgate.on: expected "change", not "${event}"`);
    onChange(listener);
  },
  show: () => interact("show", []),
  push: (...acts) => {
    for (const act of acts) {
      /* As with listeners of an event, an error in one stops nothing else. */
      try {
        act(consentgate);
      } catch (error) {
        reportError(error);
      }
    }
  },
};

/** Offer it to the code of the page, and do what that has asked for so far. An element of the page may have the name,
 * too. */
export const offerToPage = () => {
  const waiting = self.consentgate;
  self.consentgate = consentgate;
  if (Array.isArray(waiting)) consentgate.push(...waiting);
};
