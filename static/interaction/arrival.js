/* The page that a decision led to. */

import { confirm } from "./confirmation.js";
import { sweep } from "./sweep.js";

/** Say that the choice was saved, and delete what it does not allow.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const arrive = async (tools) => {
  confirm(tools, false);
  await sweep(tools);
};
