/* Makes the banner smoother. Without this script it works, too: it is two plain forms. */

import { isFirst, start } from "./start.js";

if (isFirst()) start(() => {});
