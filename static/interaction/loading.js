/* A page that has loaded. */

import { dress } from "./dressing.js";
import { renewFrames } from "./frames.js";
import { offer } from "./question.js";
import { keepClear, settle } from "./surroundings.js";
import { tellOfFindings } from "./telling.js";

/** Do what can wait until then; `isAgain` says that the browser has shown the page before.
 * @param {import("../snippet/on_demand.js").Tools} tools
 * @param {boolean} isAgain */
export const loaded = (tools, isAgain) => {
  offer(tools);
  dress();
  keepClear(tools);
  tellOfFindings(tools);
  if (isAgain) renewFrames();
};

/** Fit a banner into a page that a script has put in.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const fit = (tools) => {
  dress();
  settle(tools);
};
