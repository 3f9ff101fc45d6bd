/* The guard: runs before every script of the page, and keeps those to what is allowed where the server and the
   policy in the page's headers do not see them. It stops what does not try to get past it. */

import { guardConnections } from "./connections.js";
import { guardInsertion } from "./insertion.js";
import { guard } from "../snippet/script_element.js";
import { guardStorage } from "./storage.js";

export const startGuard = () => {
  /* Where what nobody declared is allowed there are no rules. */
  if (!guard) return;
  guardStorage();
  guardInsertion();
  guardConnections();
};
