/* What scripts of a site do: each contacts the host of a URL, or stores something under a name.
   test_guard.py has a page run them. */

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);
const add = (name, properties, parent = document.body) => parent.appendChild(make(name, properties));
const div = () => add('div');
const link = (rel, href, more = {}) => add('link', {rel, href, ...more}, document.head);
const rules = set => add('script', {type: 'speculationrules', textContent: JSON.stringify(set)});
const framed = u => `<p><iframe src="${u}"></iframe>`;
const named = (name) => add('iframe', {name});

/* By what is put into the page: in as many ways as there are. */
const INSERTED = {
  "frame": (u) => { add('iframe', {src: u}) },
  "frame-append": (u) => { div().append('text', make('iframe', {src: u})) },
  "frame-prepend": (u) => { div().prepend(make('iframe', {src: u})) },
  "frame-before": (u) => { div().before(make('iframe', {src: u})) },
  "frame-after": (u) => { div().after(make('iframe', {src: u})) },
  "frame-after-text": (u) => { const d = div(); d.append('text'); d.firstChild.after(make('iframe', {src: u})) },
  "frame-replace-with": (u) => { div().replaceWith(make('iframe', {src: u})) },
  "frame-replace-children": (u) => { div().replaceChildren(make('iframe', {src: u})) },
  "frame-replace-child": (u) => {
    const d = div();
    d.append('x');
    d.replaceChild(make('iframe', {src: u}), d.firstChild);
  },
  "frame-insert-before": (u) => { document.body.insertBefore(make('iframe', {src: u}), document.body.firstChild) },
  "frame-insert-adjacent": (u) => { div().insertAdjacentElement('beforeend', make('iframe', {src: u})) },
  "frame-in-fragment": (u) => {
    const f = new DocumentFragment();
    f.append(make('iframe', {src: u}));
    document.body.append(f);
  },
  "frame-in-tree": (u) => { const p = make('p'); p.append(make('iframe', {src: u})); document.body.append(p) },
  "frame-in-shadow": (u) => { div().attachShadow({mode: 'closed'}).append(make('iframe', {src: u})) },
  "frame-in-shadow-tree": (u) => {
    const d = make('div');
    d.attachShadow({mode: 'open'}).append(make('iframe', {src: u}));
    document.body.append(d);
  },
  "frame-in-range": (u) => {
    const r = new Range();
    r.selectNodeContents(div());
    r.insertNode(make('iframe', {src: u}));
  },
  "frame-surrounds": (u) => {
    const r = new Range();
    r.selectNodeContents(div());
    r.surroundContents(make('iframe', {src: u}));
  },
  "frame-in-template": (u) => {
    const t = make('template', {innerHTML: framed(u)});
    document.body.append(t.content.cloneNode(true));
  },
  "frame-parsed": (u) => {
    document.body.append(...new DOMParser().parseFromString(framed(u), 'text/html').body.childNodes);
  },
  "frame-in-contextual-fragment": (u) => { document.body.append(new Range().createContextualFragment(framed(u))) },
  "frame-of-a-namespace": (u) => {
    const f = document.createElementNS('http://www.w3.org/1999/xhtml', 'iframe');
    f.setAttributeNS(null, 'src', u);
    document.body.append(f);
  },
  "frame-with-node": (u) => {
    const f = make('iframe');
    const a = document.createAttribute('src');
    a.value = u;
    f.setAttributeNode(a);
    document.body.append(f);
  },
  "frame-inner-html": (u) => { div().innerHTML = framed(u) },
  "frame-outer-html": (u) => { div().outerHTML = framed(u) },
  "frame-adjacent-html": (u) => { div().insertAdjacentHTML('beforeend', framed(u)) },
  "frame-adjacent-html-before": (u) => { div().insertAdjacentHTML('beforeBegin', framed(u)) },
  "frame-html-unsafe": (u) => { div().setHTMLUnsafe(framed(u)) },
  "frame-by-command": (u) => {
    const d = div();
    d.contentEditable = true;
    d.focus();
    getSelection().selectAllChildren(d);
    document.execCommand('insertHTML', false, framed(u));
  },
  "frame-in-shadow-html": (u) => { div().attachShadow({mode: 'open'}).innerHTML = framed(u) },
  "frame-in-table-html": (u) => { const t = add('table'); t.innerHTML = '<tr><td>' + framed(u) },
  "frame-in-srcdoc": (u) => { add('iframe', {srcdoc: framed(u)}) },
  "frame-in-srcdoc-later": (u) => { add('iframe').srcdoc = framed(u) },
  "frame-in-srcdoc-twice": (u) => { add('iframe', {srcdoc: `<iframe srcdoc='${framed(u)}'></iframe>`}) },
  "frame-with-src-later": (u) => { add('iframe').src = u },
  "frame-with-attribute-later": (u) => { add('iframe').setAttribute('SRC', u) },
  "frame-with-attribute-of-namespace": (u) => { add('iframe').setAttributeNS(null, 'src', u) },
  "frame-with-attribute-node": (u) => {
    const a = document.createAttribute('src');
    a.value = u;
    add('iframe').setAttributeNode(a);
  },
  "frame-without-scheme": (u) => { add('iframe', {src: u.slice(6)}) },
  "frame-in-capitals": (u) => { add('iframe', {src: u.toUpperCase()}) },
  "frame-opened": (u) => { named('a'); open(u, 'a') },
  "frame-by-link": (u) => { named('b'); add('a', {href: u, target: 'b'}).click() },
  "frame-by-link-s-child": (u) => { named('c'); const a = add('a', {href: u, target: 'c'}); add('b', {}, a).click() },
  "form": (u) => { named('d'); add('form', {action: u, target: 'd'}).submit() },
  "form-requested": (u) => { named('e'); add('form', {action: u, target: 'e'}).requestSubmit() },
  "form-of-button": (u) => { named('f'); add('button', {formAction: u, formTarget: 'f'}, add('form')).click() },
  "preconnect": (u) => { link('preconnect', u) },
  "preconnect-later": (u) => { const l = add('link', {href: u}); l.rel = 'preconnect' },
  "preconnect-href-later": (u) => { const l = add('link', {rel: 'preconnect'}); l.href = u },
  "preconnect-html": (u) => { div().innerHTML = `<link rel=preconnect href='${u}'>` },
  "preconnect-after-another": (u) => { const l = add('link', {rel: 'x', href: u}); l.rel = 'preconnect' },
  "prefetch": (u) => { link('prefetch', u) },
  "preload": (u) => { link('preload', u, {as: 'script'}) },
  "modulepreload": (u) => { link('modulepreload', u) },
  "stylesheet": (u) => { link('stylesheet', u) },
  "icon": (u) => { link('icon', u) },
  "prefetch-rules": (u) => { rules({prefetch: [{source: 'list', urls: [u], eagerness: 'immediate'}]}) },
  "prerender-rules": (u) => { rules({prerender: [{urls: [u]}]}) },
  "prefetch-rules-for-links": (u) => {
    add('a', {href: u, textContent: 'a'});
    rules({prefetch: [{where: {not: {href_matches: '/x'}}, eagerness: 'immediate'}]});
  },
  "object": (u) => { add('object', {data: u}) },
  "embed": (u) => { add('embed', {src: u}) },
  "image": (u) => { new Image().src = u },
  "script": (u) => { add('script', {src: u}) },
  "import": (u) => { import(u).catch(() => 0) },
  "fetch": (u) => { fetch(u, {mode: 'no-cors'}).catch(() => 0) },
  "beacon": (u) => { navigator.sendBeacon(u, 'x') },
  "websocket": (u) => { new WebSocket(u.replace('https', 'wss')) },
  "worker": (u) => { new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`]))) },
  "frame-uncovered": (u) => { add('iframe', {src: u, srcdoc: 'a'}).removeAttribute('srcdoc') },
};

/* While the page is parsed. */
const WRITTEN = {
  "write-frame": (u) => { document.write(framed(u)) },
  "write-frame-in-pieces": (u) => { document.write('<p>', `<iframe src='${u}'>`, '</iframe>') },
  "write-line": (u) => { document.writeln(`<link rel=preconnect href='${u}'>`) },
  "write-rules": (u) => {
    document.write(`<script type=speculationrules>{"prefetch": [{"urls": ["${u}"]}]}</scr` + 'ipt>');
  },
};

/* With a page of its own for each: they lead the window away, or replace what is in it. */
const ALONE = {
  "frame-in-another-body": (u) => {
    const b = make('body');
    b.append(make('iframe', {src: u}));
    document.body = b;
  },
  "refresh": (u) => { add('meta', {httpEquiv: 'refresh', content: '0;url=' + u}, document.head) },
  "refresh-later": (u) => { add('meta', {httpEquiv: 'refresh'}, document.head).content = '0; URL=' + u },
  "refresh-after-another": (u) => {
    const m = add('meta', {httpEquiv: 'x', content: '0;url=' + u}, document.head);
    m.httpEquiv = 'refresh';
  },
  "refresh-html": (u) => { div().innerHTML = `<meta http-equiv=Refresh content="0, '${u}'">` },
};

/* Under a name. */
const STORES = {
  "cookie": async (n) => { document.cookie = `${n}=1; path=/` },
  "cookie-of-spaces": async (n) => { document.cookie = ` ${n} = 1; max-age=900` },
  "cookie-store": async (n) => { await cookieStore.set(n, '1') },
  "cookie-store-of-object": async (n) => { await cookieStore.set({name: n, value: '1'}) },
  "local": async (n) => { localStorage.setItem(n, '1') },
  "local-assigned": async (n) => { localStorage[n] = '1' },
  "local-defined": async (n) => { Object.defineProperty(localStorage, n, {value: '1'}) },
  "local-by-prototype": async (n) => { Storage.prototype.setItem.call(localStorage, n, '1') },
  "local-of-old": async (n) => { const old = localStorage; old[n] = '1' },
  "session": async (n) => { sessionStorage.setItem(n, '1') },
  "session-assigned": async (n) => { sessionStorage[n] = '1' },
  "database": async (n) => {
    await new Promise((done, fail) => { const r = indexedDB.open(n); r.onsuccess = done; r.onerror = fail });
  },
  "cache": async (n) => { await caches.open(n) },
};
