/* What scripts of a site do so that a browser looks up the host of a URL, whether it then connects or not.
   test_names.py has a page run them, after guard_vectors.js, whose functions they use. */

const PREFETCH = 'dns-prefetch';
const markup = u => `<p><link rel=${PREFETCH} href="${u}">`;
const attribute = (name, value) => { const a = document.createAttribute(name); a.value = value; return a };
const stun = urls => new RTCPeerConnection({iceServers: [{urls, username: 'a', credential: 'b'}]});
const gathers = (connection) => {
  connection.createDataChannel('x');
  connection.createOffer().then(offer => connection.setLocalDescription(offer)).catch(() => 0);
};

const LOOKED_UP = {
  "dns-prefetch": (u) => { link(PREFETCH, u) },
  "dns-prefetch-in-body": (u) => { add('link', {rel: PREFETCH, href: u}) },
  "dns-prefetch-in-capitals": (u) => { link('DNS-Prefetch', u) },
  "dns-prefetch-among-others": (u) => { link(`x ${PREFETCH} y`, u) },
  "dns-prefetch-without-scheme": (u) => { link(PREFETCH, u.slice(6)) },
  "dns-prefetch-over-http": (u) => { link(PREFETCH, u.replace('https', 'http')) },
  "dns-prefetch-rel-later": (u) => { const l = link('', u); l.rel = PREFETCH },
  "dns-prefetch-href-later": (u) => { const l = link(PREFETCH, ''); l.href = u },
  "dns-prefetch-after-own": (u) => { const l = link(PREFETCH, '/own'); l.href = u },
  "dns-prefetch-set": (u) => {
    const l = make('link');
    l.setAttribute('rel', PREFETCH);
    l.setAttribute('href', u);
    document.head.append(l);
  },
  "dns-prefetch-set-rel-later": (u) => { link('', u).setAttribute('REL', PREFETCH) },
  "dns-prefetch-set-href-later": (u) => { link(PREFETCH, '').setAttribute('href', u) },
  "dns-prefetch-set-in-namespace": (u) => { link(PREFETCH, '').setAttributeNS(null, 'href', u) },
  "dns-prefetch-by-attribute-node": (u) => { link(PREFETCH, '').setAttributeNode(attribute('href', u)) },
  "dns-prefetch-by-attribute-node-in-namespace": (u) => {
    link(PREFETCH, '').setAttributeNodeNS(attribute('href', u));
  },
  "dns-prefetch-by-named-item": (u) => { link(PREFETCH, '').attributes.setNamedItem(attribute('href', u)) },
  "dns-prefetch-by-token": (u) => { link('x', u).relList.add(PREFETCH) },
  "dns-prefetch-by-tokens": (u) => { link('x', u).relList = PREFETCH },
  "dns-prefetch-by-value-of-tokens": (u) => { link('x', u).relList.value = PREFETCH },
  "dns-prefetch-by-another-token": (u) => { link('x', u).relList.replace('x', PREFETCH) },
  "dns-prefetch-by-token-on": (u) => { link('x', u).relList.toggle(PREFETCH, true) },
  "dns-prefetch-html": (u) => { div().innerHTML = markup(u) },
  "dns-prefetch-outer-html": (u) => { div().outerHTML = markup(u) },
  "dns-prefetch-adjacent-html": (u) => { document.head.insertAdjacentHTML('beforeend', markup(u).slice(3)) },
  "dns-prefetch-html-unsafe": (u) => { div().setHTMLUnsafe(markup(u)) },
  "dns-prefetch-in-template": (u) => {
    document.body.append(make('template', {innerHTML: markup(u)}).content.cloneNode(true));
  },
  "dns-prefetch-in-contextual-fragment": (u) => {
    document.body.append(new Range().createContextualFragment(markup(u)));
  },
  "dns-prefetch-parsed": (u) => {
    document.body.append(...new DOMParser().parseFromString(markup(u), 'text/html').body.childNodes);
  },
  "dns-prefetch-in-shadow": (u) => {
    div().attachShadow({mode: 'closed'}).append(make('link', {rel: PREFETCH, href: u}));
  },
  "dns-prefetch-in-srcdoc": (u) => { add('iframe', {srcdoc: markup(u)}) },
  "dns-prefetch-written": (u) => { document.write(markup(u)) },
  "dns-prefetch-written-in-pieces": (u) => { document.write('<link ', `rel=${PREFETCH} `, `href="${u}">`) },
  "preconnect-set": (u) => { const l = add('link'); l.setAttribute('rel', 'preconnect'); l.setAttribute('href', u) },
  "preconnect-by-token": (u) => { link('x', u).relList.add('preconnect') },
  "preconnect-among-others": (u) => { link(`${PREFETCH} preconnect`, u) },
  "frame-by-attribute-node-in-namespace": (u) => { add('iframe').setAttributeNodeNS(attribute('src', u)) },
  "frame-by-named-item": (u) => { add('iframe').attributes.setNamedItem(attribute('src', u)) },
  "event-source": (u) => { new EventSource(u) },
  "web-transport": (u) => { new WebTransport(u).ready.catch(() => 0) },
  "font": (u) => { new FontFace('f', `url(${u})`).load().catch(() => 0) },
  "stun": (u) => { gathers(stun('stun:' + new URL(u).host)) },
  "turn": (u) => { gathers(stun('turn:' + new URL(u).host)) },
  "stun-later": (u) => {
    const c = new RTCPeerConnection();
    c.setConfiguration({iceServers: [{urls: 'stun:' + new URL(u).host}]});
    gathers(c);
  },
};

/* Where links lead, on a page over plain HTTP, or one that asks for it. */
const LINKS = {
  "link": (u) => { add('a', {href: u, textContent: 'a'}) },
  "link-after-asking": (u) => {
    add('meta', {httpEquiv: 'x-dns-prefetch-control', content: 'on'}, document.head);
    add('a', {href: u, textContent: 'a'});
  },
  "link-html": (u) => { div().innerHTML = `<a href="${u}">a</a>` },
  "link-href-later": (u) => { add('a', {textContent: 'a'}).href = u },
  "link-set": (u) => { add('a', {textContent: 'a'}).setAttribute('href', u) },
};
