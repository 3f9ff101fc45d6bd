/* Starts the guard, and what makes the banner smoother. */

import { startGuard } from "../guard/guard.js";
import { dress, watch } from "./banner.js";
import { followColours } from "./colours.js";
import { keepUpToDate } from "./copies.js";
import { clicked, interact, sayNews, send } from "./on_demand.js";
import { offerToPage } from "./page_code.js";
import { tidyAddress } from "./saved.js";

const RUNNING = Symbol.for("consentgate");

/** Start in a document in which no other copy of this script runs: a script that puts another page in may run what
 * stands in its head once more. */
export const startOnce = () => {
  const marked = /** @type {{ [RUNNING]?: boolean }} */ (document);
  if (marked[RUNNING]) return;
  marked[RUNNING] = true;
  startGuard();
  /* Before the page's scripts read it. */
  tidyAddress();
  /* Not later: the page's deferred scripts may be slow. */
  if (document.readyState === "loading") document.addEventListener("readystatechange", start, { once: true });
  else start();
};

/** Make the banner of a page smoother that has been parsed. */
const start = () => {
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  keepUpToDate(entry);
  offerToPage();
  const hasLoaded = () => interact("loaded", [entry?.type !== "navigate"]);
  if (isComplete()) hasLoaded();
  else addEventListener("load", hasLoaded);
  addEventListener("focusin", () => interact("keepUncovered", []));
  watch((ours) => {
    /* Not on the root: the events of the page's own elements pass through it, by the slot. */
    ours.addEventListener("click", clicked, true);
    ours.addEventListener("submit", send);
    sayNews();
    /* When the browser has to know the styles anyway. */
    requestAnimationFrame(() => {
      dress(ours);
      followColours(ours);
    });
    /* A script has put another page in. */
    if (isComplete()) interact("settle", []);
  });
};

const isComplete = () => document.readyState === "complete";
