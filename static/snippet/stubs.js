/* Stubs: what the code of the page finds in the place of blocked services that it calls. A stub takes any call, keeps
   nothing and sends nothing. */

import { stubs } from "./script_element.js";

const page = /** @type {any} */ (self);

/* Pages wait for these before they go on, to the next page say (analytics.js, gtag.js, Google Tag Manager, Insight Tag). */
const CALLBACKS = ["hitCallback", "event_callback", "eventCallback", "commandCallback"];

/** Call what a page waits for. A queue takes the arguments of a function.
 * @param {any[]} args */
const goOn = (args) => {
  const [first] = args;
  /** @type {any[]} */
  const queued = typeof first === "object" && first?.length ? [].slice.call(first, 0, 9) : [];
  for (const given of [...args, ...queued]) {
    for (const name of CALLBACKS) {
      try {
        Promise.resolve().then(given?.[name]);
      } catch { /* A getter of the page's. */ }
    }
  }
};

/** What is no stub of what a stub has: it is empty as a text and as a list, and may be called as functions are.
 * @type {Record<string | symbol, unknown>} */
const plain = {
  __proto__: null,
  length: 0,
  [Symbol.toPrimitive]: () => "",
  [Symbol.iterator]: () => [][Symbol.iterator](),
};
for (const name of ["apply", "call", "bind"]) plain[name] = page.Function.prototype[name];

/** @param {() => unknown} answer What a call returns.
 * @param {Record<string | symbol, unknown>} [more] */
const make = (answer, more) => {
  const own = { ...plain, ...more };
  return new Proxy(function () {}, {
    get: (_, key) => (key in own ? own[key] : typeof key === "string" ? stub : undefined),
    set: () => true,
    apply: (_, __, args) => {
      goOn(args);
      return answer();
    },
  });
};

/* Who waits for something goes on at once, with a stub for which nobody would wait. */
const done = Promise.resolve(make(() => stub, { then: undefined }));
/** @type {unknown} What each property of a service is, and what comes of calling that. */
const stub = make(() => stub, Object.fromEntries(["then", "catch", "finally"].map((name) => [name, /** @type {any} */ (done)[name].bind(done)])));
/* As with the services themselves, nothing comes of the call of a global. */
const service = make(() => {});

/** Put a stub in the place of each service that the server names, where the page has nothing there yet. */
export const putStubs = () => {
  for (const entry of stubs?.split(" ") ?? []) {
    const [name, isQueue] = entry.split("[");
    page[name] ??= isQueue ? Object.defineProperty([], "push", { value: service, writable: true, configurable: true }) : service;
  }
};
