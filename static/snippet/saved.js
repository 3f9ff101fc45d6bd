/* Says that a choice has been saved: at once, or on the page that comes of it. */

import { find, STYLES } from "./banner.js";

/** The fragment of a page's address that says that its visitor has just made a choice. */
export const SAVED = "#" + STYLES;

export const isSaved = location.hash === SAVED;

let isNews = isSaved;

/** Take the fragment from the address, which is the page's. */
export const tidyAddress = () => {
  if (isSaved) history.replaceState(history.state, "", location.pathname + location.search);
};

/** Say, once, that the choice was saved which led to this page. */
export const sayNews = () => {
  if (isNews) say(false);
  isNews = false;
};

/** Say that the choice was saved; `later`, that it counts on the next page.
 * @param {boolean} later */
export const say = (later) => {
  const line = find("saved");
  if (!line) return;
  const [now, next, close] = /** @type {HTMLElement[]} */ ([...line.children]);
  now.hidden = later;
  next.hidden = !later;
  line.style.display = "flex";
  /* A status is read out when its text appears. It has its room before, so that nothing moves. */
  const { style } = later ? next : now;
  style.visibility = "hidden";
  requestAnimationFrame(() => (style.visibility = ""));
  close.addEventListener("click", (event) => {
    event.preventDefault();
    line.style.display = "none";
  });
};
