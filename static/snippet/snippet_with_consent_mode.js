/* The snippet for pages with tags that are told what the visitor has consented to. It stands before all of them
   and runs when the browser comes to it; the rest of the page is still to come. */

import { deny, tell } from "./consent_mode.js";
import { isFirst, start } from "./start.js";

if (isFirst()) {
  tell();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(deny));
  else start(deny);
}
