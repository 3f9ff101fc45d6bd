/* What scripts have stored, and the visitor no longer allows. Cookies are the server's to delete. */

import { findPattern } from "../guard/patterns.js";

/** @typedef {import("../snippet/on_demand.js").Tools} Tools */

/** Delete everything under the names that the policy declares and the visitor does not allow. A browser that keeps
 * nothing of a kind, or does not say what it keeps, is no fault.
 * @param {Tools} tools */
export const sweep = async ({ own }) => {
  /** @type {[names: string[], refused: string[]]} */
  const [names, refused] = await fetch(own("refused")).then((answer) => answer.json());
  /** @param {string | undefined} name */
  const isRefused = (name = "") => {
    const pattern = findPattern(names, name);
    return pattern !== undefined && refused.includes(pattern);
  };
  const kinds = [
    () => sweepStorage(localStorage, isRefused),
    () => sweepStorage(sessionStorage, isRefused),
    async () => {
      const databases = await indexedDB.databases();
      databases.filter(({ name }) => isRefused(name)).forEach(({ name }) => indexedDB.deleteDatabase(name ?? ""));
    },
    async () => {
      const found = await caches.keys();
      await Promise.all(found.filter(isRefused).map((name) => caches.delete(name)));
    },
  ];
  await Promise.allSettled(kinds.map(async (kind) => kind()));
};

/** @param {Storage} storage
 * @param {(name: string) => boolean} isRefused */
const sweepStorage = (storage, isRefused) => {
  for (const name of Object.keys(storage).filter(isRefused)) storage.removeItem(name);
};
