/* Controls of the page that stay in place, and the link to the settings. */

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** Keep the link to the settings off what stays in its place.
 * @param {Tools} tools */
export const keepClear = (tools) => {
  settle(tools);
  addEventListener("resize", () => settle(tools));
};

/** Move the link to the settings up from controls that stay in their place: bars of tabs, buttons of chats.
 * @param {Tools} tools */
export const settle = ({ find }) => {
  const link = find("settings");
  if (!link) return;
  link.style.removeProperty("transform");
  const covers = () => {
    const { left, right, top, bottom } = link.getBoundingClientRect();
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
