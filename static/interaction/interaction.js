/* What the script does once the page has loaded, and when somebody uses the banner or the keyboard. The snippet fetches it
   then. */

export { arrive } from "./arrival.js";
export { show, showChoices } from "./choices.js";
export { check } from "./copies.js";
export { decide } from "./decision.js";
export { keepUncovered } from "./focus.js";
export { loaded } from "./loading.js";
export { settle } from "./surroundings.js";
