/* The script of pages with tags that are told what the visitor has consented to. */

import { tell } from "./consent_mode.js";
import { startOnce } from "./start.js";

/* A page that a script puts into this one may have other tags. */
tell();
startOnce();
