// Runs first in each frame: tells which script stores something, or contacts a host past the proxy. What it
// wraps behaves as before.
(() => {
    const tell = globalThis.__consentgateTell;
    if (typeof tell !== "function") return;
    delete globalThis.__consentgateTell;

    const URL_IN_STACK = /https?:\/\/[^\s)]+?(?=:\d+(?::\d+)?\)?(?:\s|$))/;
    const caller = () => new Error().stack?.match(URL_IN_STACK)?.[0] ?? location.href;
    const say = (kind, name) => {
        try {
            Promise.resolve(tell({ kind, name: String(name), origin: location.origin, by: caller() })).catch(() => {});
        } catch {
            // The page is being left.
        }
    };

    const around = (owner, method, before) => {
        const original = owner?.[method];
        if (typeof original !== "function") return;
        Object.defineProperty(owner, method, {
            configurable: true,
            enumerable: true,
            writable: true,
            value: { [method](...given) {
                try { before(this, given); } catch { /* As before. */ }
                return original.apply(this, given);
            } }[method],
        });
    };

    const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
    Object.defineProperty(Document.prototype, "cookie", {
        ...cookie,
        set(value) {
            say("cookie", String(value).split("=", 1)[0].trim());
            cookie.set.call(this, value);
        },
    });
    around(globalThis.CookieStore?.prototype, "set", (_, [first]) => say("cookie", first?.name ?? first));
    around(Storage.prototype, "setItem", (store, [key]) => {
        say(store === sessionStorage ? "session storage" : "local storage", key);
    });
    around(IDBFactory.prototype, "open", (_, [name]) => say("IndexedDB", name));
    around(globalThis.CacheStorage?.prototype, "open", (_, [name]) => say("cache storage", name));
    around(globalThis.ServiceWorkerContainer?.prototype, "register", (_, [url, options]) => {
        const script = new URL(url, document.baseURI);
        say("service worker", new URL(options?.scope ?? ".", options?.scope ? document.baseURI : script).href);
    });

    const Connection = globalThis.RTCPeerConnection;
    if (Connection) {
        globalThis.RTCPeerConnection = new Proxy(Connection, {
            construct(target, given, made) {
                for (const server of given[0]?.iceServers ?? []) {
                    for (const url of [server.urls ?? server.url].flat()) say("webrtc", url);
                }
                return Reflect.construct(target, given, made);
            },
        });
    }
})();
