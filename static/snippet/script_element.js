/* What the gate says on the element of this script. */

export const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const src = script.getAttribute("src") ?? "";

/* `state` names the consent that an open page was made for. `before` is the page to load instead of this one,
   which answers a form. `allows` has the ids of what this page may use, with spaces between them. `guard` has the
   rules of what it may contact and store. With `noFrames` the page may have no frame with a
   page of ours. `stubs` has the names of what stands for blocked services. With `reports` the server is told what was
   kept back, and with `debug`, the name of a file, the page shows it. */
export const said = script.dataset;
export const { state, before, allows, consentMode, guard, stubs } = said;

/** Return the address of a file or an endpoint of the gate. A base of the page may lead elsewhere: paths of the
 * gate do not go by it.
 * @param {string} name */
export const own = (name) => new URL(name, new URL(src, origin));
