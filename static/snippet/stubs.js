/* Stubs: what the code of the page finds in the place of blocked services that it calls. A stub takes any call, keeps
   nothing and sends nothing. */

import { stubs } from "./script_element.js";

const page = /** @type {any} */ (self);
const done = Promise.resolve();

/** @type {any} What a service is, each of its properties, and all that comes of a call. It is true as a condition, empty as a
 * text and as a list, and who waits for it need not wait. */
const stub = new Proxy(function () {}, {
  get: (_, key) => {
    if (key === "then") return done.then.bind(done);
    return typeof key === "string" ? stub : (/** @type {any} */ ([])[key] ?? (() => ""));
  },
  apply: (_, __, args) => {
    /* Queues take the arguments of a function. */
    for (const given of [...args, ...Object.values(args[0] ?? [])]) {
      /* Pages wait for these before they go on, to the next page say (analytics.js, gtag.js, Google Tag Manager). */
      done.then(given?.hitCallback ?? given?.event_callback ?? given?.eventCallback);
    }
    return stub;
  },
});

/** Put a stub in the place of each service that the server names, where the page has nothing there yet. */
export const putStubs = () => {
  for (const entry of stubs?.split(" ") ?? []) {
    const [name, isQueue] = entry.split("[");
    page[name] ??= isQueue ? Object.assign([], { push: stub }) : stub;
  }
};
