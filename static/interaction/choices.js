/* The page of the choices, shown in a dialog over the page that the visitor is on. */

import { decide } from "./decision.js";

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/* In px, and with a name before them: as all of the banner's. */
const STYLES = `
.consentgate dialog {
  position: fixed;
  inset: 0;
  width: 100%;
  max-width: 800px;
  height: 100%;
  max-height: none;
  margin: auto;
  padding: 0;
  border: 0;
  background: var(--consentgate-background);
  overflow: hidden;
}
.consentgate dialog::backdrop {
  background: rgb(0 0 0 / .6);
}
.consentgate iframe {
  display: block;
  width: 100%;
  height: 100%;
  border: 0;
}`;

const COLOURS = ["background", "surface", "text", "line", "link", "button", "button-text"];

/** Show the choices: in the banner where it asks, else as the link to the settings does.
 * @param {Tools} tools */
export const show = ({ find, own }) => {
  const inBanner = /** @type {HTMLDetailsElement | null | undefined} */ (find("banner details"));
  const link = find("settings");
  if (inBanner) {
    inBanner.open = true;
    inBanner.querySelector("summary")?.focus();
  } else if (link) link.click();
  else open(own("choices?next=" + encodeURIComponent(location.pathname + location.search)), "_top");
};

/** Show the choices that a link of ours leads to. They close by its links back, by Escape and by a decision; the
 * focus goes back to the link.
 * @param {Tools} tools
 * @param {HTMLAnchorElement} link */
export const showChoices = (tools, link) => {
  const address = new URL(link.href);
  /* A script may have changed the address of the page. */
  if (!tools.said.before) address.searchParams.set("next", location.pathname + location.search);
  const leave = () => location.assign(address);
  const root = /** @type {ShadowRoot} */ (link.getRootNode());
  if (tools.said.noFrames || !root.adoptedStyleSheets) return leave();

  const dialog = document.createElement("dialog");
  const frame = document.createElement("iframe");
  const styles = new CSSStyleSheet();
  styles.replaceSync(STYLES);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles];
  frame.title = link.innerText;
  frame.addEventListener("load", () => {
    const page = frame.contentDocument;
    /* Where the browser did not show it, it shows an error, or nothing. */
    if (!page?.querySelector(".consentgate-page")) return leave();
    followColours(page.documentElement, getComputedStyle(dialog));
    const back = new URL(address.searchParams.get("next") ?? "/", origin).href;
    prepare(tools, page, back, () => dialog.close(), leave);
    frame.focus();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== styles);
    link.focus({ preventScroll: true });
  });
  frame.src = address.href;
  dialog.append(frame);
  link.closest(".consentgate")?.append(dialog);
  dialog.showModal();
};

/** Give the page in the dialog the colours of the banner: those of the page around it, where that declares any. By
 * itself it has the system's.
 * @param {HTMLElement} root
 * @param {CSSStyleDeclaration} styles The dialog's. */
const followColours = ({ style }, styles) => {
  for (const name of COLOURS.map((colour) => `--consentgate-${colour}`)) {
    style.setProperty(name, styles.getPropertyValue(name));
  }
  /* The colour of a dialog's text, which no rule of ours sets, is that of the scheme. */
  const [brightness] = styles.color.match(/\d+/) ?? [];
  style.colorScheme = Number(brightness) > 127 ? "dark" : "light";
};

/** Have the page in the dialog close it, and its decisions be sent from here.
 * @param {Tools} tools
 * @param {Document} page
 * @param {string} back Where its links back to the site lead.
 * @param {() => void} close
 * @param {() => void} leave */
const prepare = (tools, page, back, close, leave) => {
  /** @type {Element | null} The button that a person has pressed. */
  let pressed = null;
  page.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  page.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    pressed = event.isTrusted ? target.closest("button") : null;
    const link = target.closest("a");
    if (link?.href === back) {
      event.preventDefault();
      close();
    /* What is not ours is for a window of its own. */
    } else if (link && !link.href.startsWith(tools.own(".").href)) link.target = "_blank";
  }, true);
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!button || (button !== pressed && button.value !== "refuse")) return;
    close();
    decide(tools, /** @type {HTMLFormElement} */ (event.target), button).catch(leave);
  });
};
