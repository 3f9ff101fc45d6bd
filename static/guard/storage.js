/* What scripts store: cookies, entries of both storages, databases and caches. */

import { patch } from "./patch.js";
import { mayStore } from "./rules.js";

/** @type {Map<Storage, Storage>} For each storage the object that stands for it. */
const guarded = new Map();
/** @type {Map<unknown, Storage>} For each such object the storage. */
const storages = new Map();

const page = /** @type {any} */ (self);

/** Keep what scripts store to what is allowed. Who reads finds what there is. */
export const guardStorage = () => {
  patch(Document.prototype, "cookie", (native, self, [given]) => {
    const line = String(given);
    const pair = line.split(";")[0];
    const name = pair.slice(0, Math.max(pair.indexOf("="), 0)).trim();
    if (deletes(line) || mayStore("cookie", name)) native.call(self, line);
  });
  patch(page.CookieStore?.prototype, "set", async (native, self, args) => {
    if (!args.length || mayStore("cookie", args[0]?.name ?? args[0])) await native.apply(self, args);
  });
  patch(self, "localStorage sessionStorage", (native, window) => guardedStorage(native.call(window)), "get");
  patch(Storage.prototype, "getItem setItem removeItem clear key", (native, self, args, name) => {
    if (name !== "setItem" || mayStore("entry", args[0])) return native.apply(storages.get(self) ?? self, args);
  });
  patch(StorageEvent.prototype, "storageArea", (native, event) => guardedStorage(native.call(event)), "get");
  page.StorageEvent = StorageEvent.prototype.constructor = new Proxy(StorageEvent, {
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

/** Say whether a line deletes a cookie.
 * @param {string} line */
const deletes = (line) => {
  const [, expires] = /;\s*expires\s*=([^;]*)/i.exec(line) ?? [];
  return /;\s*max-age\s*=\s*(-|0+\s*(;|$))/i.test(line) || Date.parse(expires) < Date.now();
};

/** The error that browsers give where a page may not store anything. */
const refusal = () => new DOMException("No consent", "SecurityError");

/** @param {Storage | null} storage None in some browsers that keep nothing. */
const guardedStorage = (storage) => {
  let found = storage && guarded.get(storage);
  if (storage && !found) {
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
