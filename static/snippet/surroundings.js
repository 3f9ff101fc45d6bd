/* The page around the banner: its colours, what has the keyboard's focus, and controls that stay in place. */

import { find, ours } from "./banner.js";

/** Follow a page whose style sheets declare its colours. */
export const followColours = () => {
  const { colorScheme } = getComputedStyle(document.body);
  if (colorScheme !== "normal") ours?.style.setProperty("--consentgate-scheme", "initial");
};

/** @param {Element} element */
const boxOf = (element) => element.getBoundingClientRect();

/** Uncover what has the keyboard's focus: the page scrolls, or where it cannot the banner makes room. */
const uncover = () => {
  const banner = find("banner") ?? find("settings");
  if (!banner) return;
  ours?.style.removeProperty("--consentgate-aside");
  const focused = document.activeElement;
  if (!focused || focused === document.body || !focused.matches(":focus-visible")) return;
  const bar = boxOf(banner);
  const isCovered = () => {
    const { left, right, top, bottom } = boxOf(focused);
    return bottom > bar.top && top < bar.bottom && right > bar.left && left < bar.right;
  };
  if (isCovered()) scrollBy({ top: boxOf(focused).bottom - bar.top + 8, behavior: "instant" });
  if (isCovered()) ours?.style.setProperty("--consentgate-aside", "0 200vh");
};

/** Keep uncovered what gets the focus. Browsers scroll to it: WebKit some frames later, and all of them slowly
 * where a page asks for that. It is over when nothing has moved for some frames. */
export const keepUncovered = () => {
  /** @type {number | undefined} */
  let at;
  let still = 0;
  const watch = () => {
    uncover();
    still = at === scrollY ? still + 1 : 0;
    at = scrollY;
    if (still < 9) requestAnimationFrame(watch);
  };
  watch();
};

/** Move the link to the settings up from controls that stay in their place: bars of tabs, buttons of chats. */
export const settle = () => {
  const link = find("settings");
  if (!link) return;
  link.style.removeProperty("transform");
  const covers = () => {
    const { left, right, top, bottom } = boxOf(link);
    return [left, (left + right) / 2, right].some((x) => [top, bottom].some((y) => document.elementsFromPoint(x, y).some(staysInPlace)));
  };
  for (let up = 24; up < innerHeight / 2 && covers(); up += 24) link.style.transform = `translateY(-${up}px)`;
};

/** @param {Element} element */
const staysInPlace = (element) => {
  const control = element.closest("a,button,input,select,textarea,summary,[role],[tabindex]");
  for (let at = control; at; at = at.parentElement) {
    if (/fixed|sticky/.test(getComputedStyle(at).position)) return true;
  }
  return false;
};
