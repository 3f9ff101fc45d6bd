/* What scripts do that is allowed. test_guard_neutrality.py runs each with the guard and without it. */

const el = (name) => document.createElement(name);
const { body } = document;

const BEHAVIOUR = {
  "append returns": async () => {
    const p = el('p');
    return [body.appendChild(p) === p, body.append(p), p.isConnected];
  },
  "replace returns": async () => {
    const a = body.appendChild(el('a')), b = el('b');
    return body.replaceChild(b, a) === a;
  },
  "errors": async () => {
    return [() => body.appendChild(null), () => body.append(document), () => body.insertBefore(el('p')),
      () => body.appendChild(document.documentElement), () => body.setAttribute('1 bad', ''),
      () => el('p').insertAdjacentHTML('nowhere', 'x'), () => el('p').insertAdjacentHTML('beforebegin', 'x'),
      () => Node.prototype.appendChild.call({}, el('p')), () => body.insertAdjacentElement('afterend', 'x'),
      () => { document.documentElement.outerHTML = 'x' }, () => localStorage.setItem('kept'),
      () => new RTCPeerConnection({iceServers: 1}), () => RTCPeerConnection(), () => new StorageEvent(),
      () => Storage.prototype.getItem.call({}, 'x'), () => new Range().insertNode(null),
      () => el('link').relList.add(''), () => el('iframe').attributes.setNamedItem(1),
      () => DOMTokenList.prototype.add.call({}, 'x'),
      ].map(act => { try { return act() } catch (error) { return error.constructor.name + error.name } });
  },
  "markup": async () => {
    const p = body.appendChild(el('p'));
    const found = [];
    for (const html of ['<b>a</b>', null, 7, '', '<link rel=stylesheet href=/a.css>', '<tr><td>x', '<p><p>',
      '<meta name=a content=b><script>window.ran = 1</script>', '<iframe src="/frame?&amp;"></iframe>',
      '<iframe srcdoc="<p>a<link rel=icon href=/i>"></iframe>', '<link rel=preconnect href=/own>',
      '<template><iframe src=/a></iframe></template>',
      '<svg><a href=#x>&lt;iframe']) { p.innerHTML = html; found.push(p.innerHTML,
      p.childNodes.length); } return [...found, window.ran];
  },
  "table rows": async () => {
    const t = body.appendChild(el('table'));
    t.innerHTML = '<tr><td><iframe src=/f></iframe>';
    return t.outerHTML;
  },
  "markup beside": async () => {
    const p = body.appendChild(el('p'));
    const q = p.appendChild(el('q'));
    const html = 'x<iframe src=/f></iframe>';
    for (const place of ['beforebegin', 'afterBegin', 'BEFOREEND', 'afterend']) q.insertAdjacentHTML(place, html);
    q.outerHTML = html + '<i>';
    return p.innerHTML;
  },
  "attributes": async () => {
    const f = body.appendChild(el('iframe'));
    f.setAttribute('SRC', '/f');
    f.src += '?b';
    f.id = 'f';
    const a = document.createAttribute('title'); a.value = 't';
    f.setAttributeNode(a);
    f.setAttributeNS(null, 'name', 'n');
    return [f.outerHTML, a.ownerElement === f, new URL(f.src).pathname];
  },
  "parts of elements": async () => {
    const l = document.head.appendChild(el('link'));
    const b = document.createAttribute('data-b'); b.value = 'c';
    const said = [l.relList.add('icon', 'x'), l.relList.toggle('x'), l.relList.replace('icon', 'y'), l.relList.value];
    l.relList = 'a b'; l.relList.value += ' c';
    const f = body.appendChild(el('iframe'));
    f.attributes.setNamedItem(b); f.setAttributeNodeNS(document.createAttribute('title')); f.sandbox.add('allow-forms');
    f.classList.add('d');
    return [...said, l.relList === l.relList, l.outerHTML, f.outerHTML, f.attributes.length, b.ownerElement === f,
      f.attributes.setNamedItem(b.cloneNode()).value];
  },
  "links": async () => {
    const l = document.head.appendChild(el('link')); l.rel = 'preload'; l.href = '/x'; l.as = 'fetch';
    const m = document.head.appendChild(el('meta'));
    m.httpEquiv = 'refresh';
    m.content = '999; url=/x';
    return [l.outerHTML, m.outerHTML];
  },
  "frames load": async () => {
    const f = el('iframe');
    f.src = '/frame';
    const loaded = new Promise(done => { f.onload = done });
    body.append(f);
    await loaded;
    return f.contentDocument.URL.slice(-6);
  },
  "framed markup": async () => {
    const f = el('iframe');
    f.srcdoc = '<p id=x>a<meta name=b>';
    const loaded = new Promise(done => { f.onload = done });
    body.append(f);
    await loaded;
    return f.contentDocument.getElementById('x').innerText;
  },
  "mutations": async () => {
    const p = body.appendChild(el('p'));
    const o = new MutationObserver(() => 0); o.observe(p, {childList: true});
    p.innerHTML = '<iframe src=/f></iframe>a';
    p.append('b');
    p.insertAdjacentHTML('beforeend', '<link>');
    return o.takeRecords().map(r => [r.addedNodes.length, r.removedNodes.length]);
  },
  "custom elements": async () => {
    const seen = [];
    class Own extends HTMLElement { connectedCallback() { seen.push(this.isConnected) } } customElements.define('own-' + Math.random().toString(36).slice(2,
      7) + 'x', Own);
    body.append(new Own());
    return seen;
  },
  "shadow roots": async () => {
    const p = el('p');
    const root = p.attachShadow({mode: 'open'});
    root.innerHTML = '<iframe src=/f></iframe><b>';
    body.append(p);
    root.append('x');
    return root.innerHTML;
  },
  "ranges": async () => {
    const p = body.appendChild(el('p'));
    p.append('text');
    const r = new Range();
    r.selectNodeContents(p);
    r.surroundContents(el('b'));
    r.insertNode(el('i'));
    return p.innerHTML;
  },
  "speculation": async () => {
    const s = el('script');
    s.type = 'speculationrules';
    s.textContent = '{"prefetch": [{"urls": ["/a", "b"]}]}';
    document.head.append(s);
    return JSON.parse(s.text);
  },
  "cookie": async () => {
    document.cookie = 'kept=1; path=/';
    document.cookie = 'kept2 = a=b';
    document.cookie = 'kept=2; path=/';
    const before = document.cookie;
    document.cookie = 'kept=; Max-Age=0; path=/';
    return [before, document.cookie];
  },
  "cookie deleted": async () => {
    document.cookie = 'other=1; expires=Thu, 01 Jan 1970 00:00:00 GMT';
    return document.cookie;
  },
  "storage": async () => {
    const s = localStorage;
    s.clear();
    s.kept1 = 1; s['kept2'] = {};
    s.setItem('kept3', null);
    const made = [s.length, s.key(0) !== null, s.kept1, s.kept2, s.getItem('kept3'), s.getItem('no'), s.no,
      'kept1' in s, Object.keys(s).sort(), Object.entries(s).sort(), JSON.stringify(s).length,
      s.hasOwnProperty('kept1'), delete s.kept1, s.length, String(s), s instanceof Storage, s === localStorage,
      s === sessionStorage, s.constructor === Storage, {...s}, typeof s.setItem, Object.prototype.toString.call(s),
      Object.getPrototypeOf(s) === Storage.prototype, Storage.prototype.getItem.call(s, 'kept2'),
      s[Symbol.toStringTag], Reflect.ownKeys(s).length];
    s.clear();
    return [...made, s.length];
  },
  "storage of symbols": async () => {
    const k = Symbol(); localStorage[k] = 'a';
    return localStorage[k];
  },
  "storage events": async () => {
    const event = new StorageEvent('storage', {key: 'kept', newValue: '1', storageArea: localStorage});
    class Own extends StorageEvent {} const own = new Own('x');
    return [event.storageArea === localStorage, event.key, event.newValue, own.storageArea, own instanceof Own,
      event instanceof StorageEvent, new StorageEvent('y', null).key];
  },
  "databases": async () => {
    const r = indexedDB.open('kept', 3);
    const seen = [r instanceof IDBOpenDBRequest];
    r.onupgradeneeded = () => seen.push(r.result.version);
    await new Promise(done => { r.onsuccess = done });
    r.result.close(); indexedDB.deleteDatabase('kept');
    return seen;
  },
  "caches": async () => {
    const cache = await caches.open('kept');
    await cache.put('/a', new Response('b'));
    const found = await (await caches.match('/a')).text();
    await caches.delete('kept');
    return [found, cache instanceof Cache];
  },
  "connections": async () => {
    const servers = [{urls: ['stun:www.same.example', 'turn:a.wanted.example?transport=udp'], username: 'u',
      credential: 'c'}];
    class Own extends RTCPeerConnection { own() { return 1 } } const made = [new RTCPeerConnection(),
      new RTCPeerConnection({iceServers: servers}), new Own({bundlePolicy: 'balanced'})];
    made[0].setConfiguration({iceServers: servers});
    const found = made.map(c => [c.getConfiguration().iceServers.map(s => s.urls).flat(), c.constructor.name,
      c instanceof RTCPeerConnection, c.constructor === RTCPeerConnection]);
    made.forEach(c => c.close());
    return [found, made[2].own(), typeof RTCPeerConnection.generateCertificate];
  },
  "forms": async () => {
    const f = body.appendChild(el('form'));
    const i = f.appendChild(el('input')); i.name = 'action';
    const seen = [];
    f.onsubmit = event => { seen.push(event.defaultPrevented); event.preventDefault() };
    f.requestSubmit();
    f.setAttribute('action', '/frame');
    f.target = 'g';
    const g = el('iframe'); g.name = 'g';
    const loaded = new Promise(done => { g.onload = () => g.contentDocument.URL.includes('frame') && done() });
    body.append(g);
    f.submit();
    await loaded;
    return [...seen, g.contentDocument.URL.slice(-14)];
  },
  "links clicked": async () => {
    const a = body.appendChild(el('a')); a.href = 'https://others.example/'; a.target = 'nowhere';
    const seen = [];
    a.addEventListener('click', event => { seen.push(event.defaultPrevented); event.preventDefault() });
    a.click();
    return seen;
  },
  "windows": async () => {
    const f = el('iframe');
    f.name = 'w';
    body.append(f);
    return open('/frame', 'w') === f.contentWindow;
  },
  "links to windows": async () => {
    const seen = [];
    addEventListener('click', event => { seen.push(event.defaultPrevented); event.preventDefault() });
    self.share = () => 0;
    body.appendChild(el('p')).id = 'help';
    for (const target of ['external', 'share', 'help', 'top', 'self', '_blank', '']) {
      const a = body.appendChild(el('a'));
      a.href = 'https://others.example/';
      a.target = target;
      a.click();
    }
    return seen;
  },
  "markup that is text": async () => {
    const html = '<p>a && b<iframe src="https://others.example/"></iframe><link rel=preconnect href=//others.example>';
    const found = [];
    for (const name of ['script', 'style', 'textarea', 'template', 'noscript']) {
      const element = el(name);
      element.type = 'text/plain';
      document.head.append(element);
      element.innerHTML = html;
      found.push(element.outerHTML, element.textContent);
    }
    const detached = el('div');
    detached.innerHTML = html;
    const other = document.implementation.createHTMLDocument('');
    other.body.innerHTML = html;
    other.body.append(other.importNode(detached.lastChild));
    const parsed = new DOMParser().parseFromString('<iframe>', 'text/html').querySelector('iframe');
    parsed.src = 'https://others.example/a';
    return [...found, detached.innerHTML, other.body.innerHTML, parsed.outerHTML];
  },
  "what is there already": async () => {
    const rules = el('script');
    rules.type = 'speculationrules';
    rules.textContent = '{"prefetch": [{"where": {"href_matches": "/*"}}]}';
    const frame = body.appendChild(el('iframe'));
    document.head.append(rules);
    const before = rules.text;
    document.head.insertBefore(el('meta'), rules);
    document.head.insertBefore(el('meta'), rules);
    return [rules.text === before, body.insertBefore(el('p'), frame).nextSibling === frame];
  },
  "rules that are none": async () => {
    const found = [];
    for (const text of ['', '{bad', 'null', '[null]', '{"prefetch": [null, 1, {"urls": 1}]}']) {
      const rules = el('script');
      rules.type = 'speculationrules';
      rules.textContent = text;
      document.head.append(rules);
      found.push(rules.text, rules.isConnected);
    }
    const p = body.appendChild(el('p'));
    p.innerHTML = '<b>a</b><script type=speculationrules>{bad</script>';
    return [...found, p.innerHTML];
  },
  "cookie deleted as libraries do": async () => {
    document.cookie = 'kept=1; path=/';
    document.cookie = 'kept=; path=/; expires=' + new Date(Date.now() - 864e5).toUTCString();
    return document.cookie;
  },
};
