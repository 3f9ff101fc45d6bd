/* A page that has loaded. */

import { renewFrames } from "./frames.js";
import { offer } from "./question.js";
import { keepClear } from "./surroundings.js";
import { tellOfFindings } from "./telling.js";

/** Do what can wait until then; `isAgain` says that the browser has shown the page before.
 * @param {import("../snippet/on_demand.js").Tools} tools
 * @param {boolean} isAgain */
export const loaded = (tools, isAgain) => {
  offer(tools);
  keepClear(tools);
  tellOfFindings(tools);
  if (isAgain) renewFrames();
};
