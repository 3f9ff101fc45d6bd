/* The snippet for pages with tags that are told what the visitor has consented to. It stands before all of them
   and runs when the browser comes to it; the rest of the page is still to come. */

import { tell } from "./consent_mode.js";
import { begin, start } from "./start.js";

/* A page that a script puts into this one may have other tags. */
tell();
if (begin()) {
  /* Not later: the page's deferred scripts may be slow. */
  if (document.readyState === "loading") document.addEventListener("readystatechange", start, { once: true });
  else start();
}
