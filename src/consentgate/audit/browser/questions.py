"""Scripts that read from a quiet page what it stores, and what its markup has browsers load."""

from __future__ import annotations

STORED = """async () => {
    const found = [];
    const look = async (kind, names) => {
        try { for (const name of await names()) found.push([kind, location.origin, String(name)]) } catch {}
    };
    await look("local storage", () => Object.keys(localStorage));
    await look("session storage", () => Object.keys(sessionStorage));
    await look("IndexedDB", async () => (await indexedDB.databases()).map(database => database.name));
    await look("cache storage", () => caches.keys());
    await look("service worker",
        async () => (await navigator.serviceWorker.getRegistrations()).map(worker => worker.scope));
    return found;
}"""
"""Answers with the kind, the origin and the key of each thing that the frame can find in its storage."""

HINTS = """() => {
    const RELATIONS = ["preconnect", "dns-prefetch", "prefetch", "prerender", "preload", "modulepreload"];
    const found = [];
    const add = (kind, url) => {
        try { found.push([kind, new URL(url, document.baseURI).href]) } catch {}
    };
    for (const link of document.querySelectorAll("link[rel][href]")) {
        for (const relation of link.relList) {
            if (RELATIONS.includes(relation.toLowerCase())) add(relation.toLowerCase(), link.href);
        }
    }
    for (const script of document.querySelectorAll("script[type=speculationrules i]")) {
        let rules = {};
        try { rules = JSON.parse(script.textContent) } catch {}
        for (const action of ["prefetch", "prerender"]) {
            for (const rule of [rules?.[action] ?? []].flat()) {
                for (const url of [rule?.urls ?? []].flat()) add("speculation rule", url);
            }
        }
    }
    return found;
}"""
"""Answers with the kind and the URL of what the frame's markup asks browsers to fetch or connect to."""

SCRIPTS = """() => [...document.scripts].filter(script => script.src).map(script => {
    const attributes = [...script.attributes].map(one => [one.name.toLowerCase(), one.value]);
    return [script.src, Object.fromEntries(attributes)];
})"""
"""Answers with the URL and the attributes of each script that the frame loads from a file."""

LINKS = """() => [...document.links].filter(link => !link.relList.contains("nofollow")
    && !link.matches("[download], [data-method], [data-turbo-method], [data-remote], [data-confirm]"))
    .map(link => link.href)"""
"""Answers with the URLs of links that lead to a page, and do nothing when they are asked for."""

SCROLL = """async () => {
    const pause = () => new Promise(done => setTimeout(done, 50));
    for (let step = 1; step <= 20; step++) {
        const before = scrollY;
        scrollBy({ top: innerHeight, behavior: "instant" });
        await pause();
        if (scrollY === before) break;
    }
    scrollTo({ top: 0, behavior: "instant" });
}"""
"""Scrolls down, so that what waits until it is seen is loaded, and back up."""
