/* The script of every page: the guard, and what makes the banner smoother. Without it the banner works, too: it is
   two plain forms. It stands before all other scripts and runs when the browser comes to it; the rest of the page is
   still to come. */

import { startOnce } from "./start.js";

startOnce();
