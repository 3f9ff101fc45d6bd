/* A page that may have been made for another decision than the visitor's. */

import { stopAsking } from "./asking.js";
import { loadAgain } from "./reload.js";

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** Load this page again if it was made for another decision; `isOld` says that it may have been for more than what is
 * allowed now, though it says nothing of that.
 * @param {Tools} tools
 * @param {boolean} isOld */
export const check = async (tools, isOld) => {
  const { own, tellOfChange } = tools;
  const { state } = tools.said;
  const now = await fetch(own("state")).then((answer) => answer.text()).catch(() => "");
  if (state ? now !== state : isOld && now.startsWith("open")) {
    tellOfChange(true);
    loadAgain(tools);
  } else if (now && !now.endsWith("?")) stopAsking(tools);
};
