/* Makes the banner smoother. Without this script it works, too: it is two plain forms. */

import { begin, start } from "./start.js";

if (begin()) start();
