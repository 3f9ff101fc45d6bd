/* Pages that were made before a decision: in other tabs, brought back, or fetched ahead. */

import { loadAgain } from "./reload.js";
import { withdrawQuestion } from "./question.js";
import { isSaved } from "./saved.js";
import { own, state } from "./script_element.js";

/** @type {BroadcastChannel | undefined} */
let tabs;

/** Tell the site's other tabs that a decision was made. */
export const tellTabs = () => tabs?.postMessage("");

/** Load this page again wherever it is not what the visitor has decided; `deny` is called before that. `entry` is
 * how the browser came by the page.
 * @param {PerformanceNavigationTiming | undefined} entry
 * @param {() => void} deny */
export const keepUpToDate = (entry, deny) => {
  /** @param {boolean} isOld */
  const check = async (isOld) => {
    const now = await fetch(own("state")).then((answer) => answer.text()).catch(() => "");
    if (state ? now !== state : isOld && now.startsWith("open")) {
      deny();
      loadAgain();
    } else if (now && !now.endsWith("?")) withdrawQuestion();
  };
  if (self.BroadcastChannel) {
    tabs = new BroadcastChannel("consentgate");
    tabs.onmessage = () => check(false);
  }
  addEventListener("pageshow", ({ persisted }) => persisted && check(true));
  document.addEventListener("prerenderingchange", () => check(true));
  if (entry && "deliveryType" in entry && entry.deliveryType === "navigational-prefetch") check(true);
  /* A form of ours led here, without a script that could have told the other tabs. */
  if (isSaved && entry?.type === "navigate") tellTabs();
};
