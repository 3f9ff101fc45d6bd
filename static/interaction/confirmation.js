/* Says that a choice has been saved. */

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** Say that the choice was saved; `later`, that it counts on the next page. Return what the focus may go to.
 * @param {Tools} tools
 * @param {boolean} later
 * @returns {HTMLElement | null | undefined} */
export const confirm = ({ find }, later) => {
  const line = find("saved");
  const settings = find("settings");
  if (!line) return settings;
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
  return settings ?? close;
};
