/* The page that a decision led to. */

import { forgetPages } from "./cached_pages.js";
import { confirm } from "./confirmation.js";
import { check } from "./copies.js";
import { sweep } from "./sweep.js";

/** Say that the choice was saved, and delete what it does not allow.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const arrive = async (tools) => {
  confirm(tools, false);
  await sweep(tools).catch(() => {});
  await forgetPages(tools).catch(() => {});
  /* A plain form led here, and a service worker may have had an old copy of the page. Only once: where it still has
     one, it would have it again. */
  const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  if (entry?.type === "navigate" && navigator.serviceWorker?.controller) await check(tools, true);
};
