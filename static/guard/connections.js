/* Other ways by which scripts contact someone before any policy of the page refuses that. */

import { patch } from "./patch.js";
import { gatesForms, mayContact } from "./rules.js";

const page = /** @type {any} */ (self);

/** Keep what forms, links and windows lead frames to, and the servers of WebRTC, to what is allowed. */
export const guardConnections = () => {
  patch(self, "open", (native, window, args) =>
    isLeadAway(args[0], args[1]) ? null : native.apply(window, args));
  patch(HTMLFormElement.prototype, "submit", (native, form) => isSentAway(form) || native.call(form));
  /* After the page's own listeners: they may send a form, or follow a link, in their own way. */
  addEventListener("submit", (event) =>
    event.defaultPrevented || (isSentAway(event.target, event.submitter) && event.preventDefault()));
  addEventListener("click", (event) => {
    const [link] = /** @type {any[]} */ (event.composedPath().filter((node) => /** @type {any} */ (node).href));
    if (link && !event.defaultPrevented && isLeadAway(link.href, link.target)) event.preventDefault();
  });
  /* What the policy in the page's headers has stopped is told as what is stopped here. */
  addEventListener("securitypolicyviolation", ({ blockedURI }) => mayContact(blockedURI));
  const native = page.RTCPeerConnection;
  if (!native) return;
  patch(native.prototype, "setConfiguration", (native, connection, [given]) => native.call(connection, withAllowedServers(given)));
  const guarded = new Proxy(native, {
    construct: (native, [given, ...more], target) => Reflect.construct(native, [withAllowedServers(given), ...more], target),
  });
  page.RTCPeerConnection = native.prototype.constructor = guarded;
  if (page.webkitRTCPeerConnection) page.webkitRTCPeerConnection = guarded;
};

/** Say whether something leads to where it may not go: a frame of the page, or `always`.
 * @param {unknown} url
 * @param {string | null | undefined} target
 * @param {boolean} [always] */
const isLeadAway = (url, target, always) => {
  /* Everything that is global can be found here, too. */
  const frame = target && frames[/** @type {any} */ (target)];
  return (always || (frame && frame !== self && frame.parent === self)) && url && !mayContact(url);
};

/** Say whether a form is sent to where it may not go. The window goes where the site leads it, unless the policy gates
 * forms. A form's controls may hide its properties.
 * @param {any} form
 * @param {Element | null} [button] */
const isSentAway = (form, button) => {
  const [action, target] = ["action", "target"].map((name) => button?.getAttribute("form" + name) ?? form.getAttribute(name));
  return isLeadAway(action, target, gatesForms);
};

/** @param {any} given */
const withAllowedServers = (given) => {
  /** @param {any} server */
  const isAllowed = ({ urls, url }) =>
    [urls ?? url].flat().every((one) => mayContact(String(one).replace(/^\w+:/, "https://")));
  if (!given?.iceServers) return given;
  return Object.create(given, { iceServers: { value: [...given.iceServers].filter(isAllowed) } });
};
