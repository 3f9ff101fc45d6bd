/* What scripts store: cookies, entries of both storages, databases and caches. */

import { patch } from "./patch.js";
import { mayStore } from "./rules.js";

/** @type {Map<Storage, Storage>} For each storage the object that stands for it. */
const guarded = new Map();
/** @type {Map<unknown, Storage>} For each such object the storage. */
const storages = new Map();

const DELETION = /;\s*(max-age\s*=\s*(-|0+\s*(;|$))|expires\s*=[^;]*\b1970\b)/i;

/** Keep what scripts store to what is allowed. Who reads finds what there is. */
export const guardStorage = () => {
  patch(Document.prototype, "cookie", (native, self, [given]) => {
    const line = String(given);
    const pair = line.split(";")[0];
    const name = pair.slice(0, Math.max(pair.indexOf("="), 0)).trim();
    if (DELETION.test(line) || mayStore("cookie", name)) native.call(self, line);
  });
  patch(page.CookieStore?.prototype, "set", async (native, self, args) => {
    if (mayStore("cookie", args[0]?.name ?? args[0])) await native.apply(self, args);
  });
  patch(self, "localStorage sessionStorage", (native, window) => guardedStorage(native.call(window)), "get");
  patch(Storage.prototype, "getItem setItem removeItem clear key", (native, self, args, name) => {
    if (name !== "setItem" || mayStore("entry", args[0])) return native.apply(storages.get(self) ?? self, args);
  });
  patch(StorageEvent.prototype, "storageArea", (native, event) => {
    const storage = native.call(event);
    return storage && guardedStorage(storage);
  }, "get");
  page.StorageEvent = new Proxy(StorageEvent, {
    construct: (native, args, target) => {
      const [type, init] = args;
      const storageArea = storages.get(init?.storageArea);
      return Reflect.construct(native, storageArea ? [type, { ...init, storageArea }] : args, target);
    },
  });
  patch(page.IDBFactory?.prototype, "open", (native, self, args) => {
    if (mayStore("database", args[0])) return native.apply(self, args);
    throw refusal();
  });
  patch(page.CacheStorage?.prototype, "open", async (native, self, args) => {
    if (mayStore("cache", args[0])) return native.apply(self, args);
    throw refusal();
  });
};

const page = /** @type {any} */ (self);

/** The error that browsers give where a page may not store anything. */
const refusal = () => new DOMException("consentgate kept this back", "SecurityError");

/** @param {Storage} storage */
const guardedStorage = (storage) => {
  let found = guarded.get(storage);
  if (!found) {
    found = new Proxy(storage, {
      /* A getter, such as that of the length, knows the storage alone. */
      get: (_, key) => Reflect.get(storage, key),
      /* An assignment comes here, too. */
      defineProperty: (_, key, descriptor) =>
        (typeof key === "string" && !mayStore("entry", key)) || Reflect.defineProperty(storage, key, descriptor),
    });
    guarded.set(storage, found);
    storages.set(found, storage);
  }
  return found;
};
