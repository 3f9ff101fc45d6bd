/* The script of pages that vendors' tags belong to: those that may run are told what the visitor has consented to, and
   stubs stand for the others. */

import { tell } from "./consent_mode.js";
import { startOnce } from "./start.js";
import { putStubs } from "./stubs.js";

/* A page that a script puts into this one may have other tags. */
tell();
putStubs();
startOnce();
