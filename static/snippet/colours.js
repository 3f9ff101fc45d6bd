/* The page around the banner: its colours. */

import { ours } from "./banner.js";

/** Follow a page whose style sheets declare its colours. */
export const followColours = () => {
  const { colorScheme } = getComputedStyle(document.body);
  if (colorScheme !== "normal") ours?.style.setProperty("--consentgate-scheme", "initial");
};
