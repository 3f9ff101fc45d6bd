/* Starts what makes the banner smoother. */

import { watch } from "./banner.js";
import { keepUpToDate } from "./copies.js";
import { clicked, send } from "./decision.js";
import { renewFrames } from "./frames.js";
import { offer } from "./question.js";
import { offerToPage } from "./page_code.js";
import { sayNews, tidyAddress } from "./saved.js";
import { followColours, keepUncovered, settle } from "./surroundings.js";

const RUNNING = Symbol.for("consentgate");

/** Begin, and tidy the address before the page's scripts read it. False where another copy of this script runs in
 * the document already: a script that puts another page in may run what stands in its head once more. */
export const begin = () => {
  const marked = /** @type {{ [RUNNING]?: boolean }} */ (document);
  if (marked[RUNNING]) return false;
  marked[RUNNING] = true;
  tidyAddress();
  return true;
};

/** Make the banner of a page smoother that has been parsed. */
export const start = () => {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  keepUpToDate(entry);
  offerToPage();
  if (entry?.type !== "navigate") renewFrames();
  addEventListener("load", offer);
  addEventListener("load", settle);
  addEventListener("resize", settle);
  addEventListener("focusin", keepUncovered);
  watch((ours) => {
    /* Not on the root: the events of the page's own elements pass through it, by the slot. */
    ours.addEventListener("click", clicked, true);
    ours.addEventListener("submit", send);
    sayNews();
    followColours();
    settle();
  });
};
