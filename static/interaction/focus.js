/* What has the keyboard's focus, and the banner that may be in front of it. */

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** @param {Element} element */
const boxOf = (element) => element.getBoundingClientRect();

/** Uncover what has the keyboard's focus: the page scrolls, or where it cannot the banner makes room.
 * @param {Tools} tools */
const uncover = ({ find }) => {
  const banner = find("banner") ?? find("corner") ?? find("settings");
  const ours = /** @type {HTMLElement | null | undefined} */ (banner?.closest(".consentgate"));
  if (!banner || !ours) return;
  ours.style.removeProperty("--consentgate-aside");
  const focused = document.activeElement;
  if (!focused || focused === document.body || !focused.matches(":focus-visible")) return;
  const bar = boxOf(banner);
  const isCovered = () => {
    const { left, right, top, bottom } = boxOf(focused);
    return bottom > bar.top && top < bar.bottom && right > bar.left && left < bar.right;
  };
  if (isCovered()) scrollBy({ top: boxOf(focused).bottom - bar.top + 8, behavior: "instant" });
  if (isCovered()) ours.style.setProperty("--consentgate-aside", "0 200vh");
};

/** Keep uncovered what gets the focus. Browsers scroll to it: WebKit some frames later, and all of them slowly
 * where a page asks for that. It is over when nothing has moved for some frames.
 * @param {Tools} tools */
export const keepUncovered = (tools) => {
  /** @type {number | undefined} */
  let at;
  let still = 0;
  const watch = () => {
    uncover(tools);
    still = at === scrollY ? still + 1 : 0;
    at = scrollY;
    if (still < 9) requestAnimationFrame(watch);
  };
  watch();
};
