/* The page around the banner: its colours. */

/** Follow a page whose style sheets declare its colours.
 * @param {HTMLElement} ours */
export const followColours = (ours) => {
  const { colorScheme } = getComputedStyle(document.body);
  if (colorScheme !== "normal") ours.style.setProperty("--consentgate-scheme", "initial");
};
