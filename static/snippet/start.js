/* Starts what makes the banner smoother. */

import { watch } from "./banner.js";
import { keepUpToDate } from "./copies.js";
import { clicked, sender } from "./decision.js";
import { renewFrames } from "./frames.js";
import { offer } from "./question.js";
import { sayNews, tidyAddress } from "./saved.js";
import { followColours, keepUncovered, settle } from "./surroundings.js";

const RUNNING = Symbol.for("consentgate");

/** Say whether no other copy of this script runs in the document yet: a script that puts another page in may run
 * what stands in its head once more. */
export const isFirst = () => {
  const marked = /** @type {{ [RUNNING]?: boolean }} */ (document);
  if (marked[RUNNING]) return false;
  marked[RUNNING] = true;
  return true;
};

/** Make the banner of a page smoother that has been parsed. `deny` is called where consent is taken back.
 * @param {() => void} deny */
export const start = (deny) => {
  tidyAddress();
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  keepUpToDate(entry, deny);
  const send = sender(deny);
  watch((ours) => {
    /* Not on the root: the events of the page's own elements pass through it, by the slot. */
    ours.addEventListener("click", clicked, true);
    ours.addEventListener("submit", send);
    sayNews();
    followColours();
    settle();
  });
  if (entry?.type !== "navigate") renewFrames();
  addEventListener("load", offer);
  addEventListener("load", settle);
  addEventListener("resize", settle);
  addEventListener("focusin", keepUncovered);
};
