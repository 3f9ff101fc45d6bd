/* Frames after a reload. Firefox brings back what a frame showed: the placeholder of what is allowed by now. */

/** Load a frame anew that shows something old.
 * @param {EventTarget | null} frame
 * @param {boolean} [isStale] */
const renew = (frame, isStale) => {
  if (!(frame instanceof HTMLIFrameElement) || !frame.matches("[src]:not([srcdoc])")) return;
  if (isStale ?? frame.contentDocument?.URL === "about:srcdoc") frame.src = frame.getAttribute("src") ?? "";
};

/** Renew the frames that come back with a page that has loaded. */
export const renewFrames = () => {
  document.addEventListener("load", ({ target }) => renew(target), true);
  /* Firefox brings them back once more while the page is loading. */
  requestAnimationFrame(() => document.querySelectorAll("iframe").forEach((frame) => {
    renew(frame);
    /* Nobody sees what is in a sandbox, but what has been asked for has an entry. */
    const isUnseen = !frame.contentDocument && frame.hasAttribute("sandbox");
    renew(frame, isUnseen && !performance.getEntriesByName(frame.src).length);
  }));
};
