/* Pages that were made before a decision: in other tabs, brought back, or fetched ahead. */

import { interact } from "./on_demand.js";
import { isSaved } from "./saved.js";
import { before, state } from "./script_element.js";
import { tabs } from "./tabs.js";

/** Load this page again as soon as it was made for another decision than the visitor's. `entry` says how the browser
 * came by the page.
 * @param {PerformanceNavigationTiming | undefined} entry */
export const keepUpToDate = (entry) => {
  /* A page that was made for a consent, and cannot find out whether that is still in effect, does not stay. */
  const check = (/** @type {boolean} */ isOld) => interact("check", [isOld], () => state && !before && location.reload());
  if (tabs) tabs.onmessage = () => check(false);
  addEventListener("pageshow", ({ persisted }) => persisted && check(true));
  document.addEventListener("prerenderingchange", () => check(true));
  /* Fetched ahead, or from the browser's cache by its back button. */
  const { deliveryType, type } = /** @type {any} */ (entry ?? {});
  if (deliveryType === "navigational-prefetch" || type === "back_forward") check(true);
  /* A form of ours led here, without a script that could have told the other tabs. */
  if (isSaved && type === "navigate") tabs?.postMessage("");
};
