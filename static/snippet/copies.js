/* Pages that were made before a decision: in other tabs, brought back, or fetched ahead. */

import { stopAsking } from "./asking.js";
import { tellOfChange } from "./events.js";
import { loadAgain } from "./reload.js";
import { isSaved } from "./saved.js";
import { own, state } from "./script_element.js";

/** Opens a cache as the browser does: to look into one is not to store anything, which the guard would take it for.
 * @type {CacheStorage["open"] | undefined} */
export const openCache = self.caches?.open.bind(caches);

/** @type {BroadcastChannel | undefined} */
let tabs;

/** Tell the site's other tabs that a decision was made. */
export const tellTabs = () => tabs?.postMessage("");

/** Load this page again if it was made for another decision than the visitor's; `isOld` says that it may have been
 * for more than what is allowed now, though it says nothing of that.
 * @param {boolean} isOld */
export const check = async (isOld) => {
  const now = await fetch(own("state")).then((answer) => answer.text()).catch(() => "");
  if (state ? now !== state : isOld && now.startsWith("open")) {
    tellOfChange(true);
    loadAgain();
  } else if (now && !now.endsWith("?")) stopAsking();
};

/** Load this page again as soon as it was made for another decision than the visitor's. `entry` says how the browser
 * came by the page.
 * @param {PerformanceNavigationTiming | undefined} entry */
export const keepUpToDate = (entry) => {
  if (self.BroadcastChannel) {
    tabs = new BroadcastChannel("consentgate");
    tabs.onmessage = () => check(false);
  }
  addEventListener("pageshow", ({ persisted }) => persisted && check(true));
  document.addEventListener("prerenderingchange", () => check(true));
  /* Fetched ahead, or from the browser's cache by its back button. */
  const { deliveryType, type } = /** @type {any} */ (entry ?? {});
  if (deliveryType === "navigational-prefetch" || type === "back_forward") check(true);
  /* A form of ours led here, without a script that could have told the other tabs. */
  if (isSaved && type === "navigate") tellTabs();
};
