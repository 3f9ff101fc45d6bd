/* Pages that a service worker of the site has kept. */

/** Delete them: they were made for another decision. All else in its caches stays. Not while caches are deleted: to
 * look into one makes it anew.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const forgetPages = async ({ openCache }) => {
  if (!openCache) return;
  for (const name of await caches.keys()) {
    const cache = await openCache(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request, { ignoreVary: true });
      if (/html|xml/.test(answer?.headers.get("content-type") ?? "")) await cache.delete(request, { ignoreVary: true });
    }
  }
};
