/* What the script does when somebody uses the banner or the keyboard, and once a page that asks has loaded. The snippet
   fetches it then. */

export { show, showChoices } from "./choices.js";
export { decide } from "./decision.js";
export { arrive } from "./arrival.js";
export { keepUncovered } from "./focus.js";
export { renewFrames } from "./frames.js";
export { offer } from "./question.js";
