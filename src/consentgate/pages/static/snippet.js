/* Makes the banner smoother. Without this script it works, too: it is two plain forms. */
(() => {
  const { attributes: { src }, dataset: { state, before } } = document.currentScript;
  /* A script that puts another page in may run what stands in its head once more. */
  const running = Symbol.for("consentgate");
  if (document[running]) return;
  document[running] = true;
  /* A base of the page may lead elsewhere: paths of our own do not go by it. */
  const own = (name) => new URL(name, new URL(src.value, origin));
  const SAVED = "#consentgate-saved";
  const isSaved = location.hash === SAVED;
  if (isSaved) history.replaceState(history.state, "", location.pathname + location.search);
  let isNews = isSaved;
  let root, ours;

  /* -- where the banner is -- */

  /* The parser has made the root, unless the browser is an old one or a script has put a page in. Where a script
     has put in another body, what stood in the last one moves on. */
  const mount = () => {
    const { body } = document;
    const template = body.firstElementChild;
    const isOurs = template?.matches("template[data-consentgate]");
    if (isOurs) template.remove();
    if (!body.shadowRoot && (isOurs || root)) {
      body.attachShadow({ mode: "open" }).append(...(root ?? template.content).childNodes);
    }
    bodies.observe(body, { childList: true });
    if (root === body.shadowRoot) return;
    ours = body.shadowRoot?.querySelector(".consentgate");
    if (!ours) return;
    root = body.shadowRoot;
    /* The page around a frame asks; the frame does not ask again, and its plain form is the server's to judge. */
    if (self !== top) return ours.remove();
    /* Not on the root: the events of the page's own elements pass through it, by the slot. */
    ours.addEventListener("click", clicked, true);
    ours.addEventListener("submit", decide);
    dress();
    if (isNews) say();
    isNews = false;
    follow();
    settle();
  };
  /* A policy in the page's own head may have kept the styles out that come after it, not those before. */
  const dress = () => {
    const { sheet } = document.getElementById(SAVED.slice(1)) ?? {};
    if (!sheet || getComputedStyle(ours).display === "contents") return;
    const styles = new CSSStyleSheet();
    styles.replaceSync([...sheet.cssRules].map(({ cssText }) => cssText).join(""));
    root.adoptedStyleSheets = [styles];
  };
  const bodies = new MutationObserver(mount);
  const find = (name) => ours?.querySelector(".consentgate-" + name);

  /* -- a decision -- */

  let isGenuine, isBusy;
  const clicked = ({ isTrusted }) => {
    isGenuine = isTrusted;
    if (before) return;
    /* A script may have changed the page's address since: that is where the settings lead back to. */
    const next = location.pathname + location.search;
    for (const input of ours.querySelectorAll("[name=next]")) input.value = next;
    for (const link of ours.querySelectorAll("[href*='?next=']")) {
      const query = new URLSearchParams(link.search);
      query.set("next", next);
      link.search = query;
    }
  };
  const decide = async (event) => {
    const { submitter: button, target: form } = event;
    /* Only a person says yes. Whatever acts for a visitor may say no. */
    const isReal = isGenuine || button?.value === "refuse";
    isGenuine = false;
    if (!isReal || !button) return event.preventDefault();
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") throw answer;
      tabs?.postMessage("");
      if (button.value === "refuse" && !state) confirm();
      /* What answers a form, an order perhaps, and what has been typed are worth more than what would load. */
      else if (before || isTypedInto()) confirm("next");
      else again();
    } catch {
      /* As if there were no script: the server's answer is then seen. */
      ours.removeEventListener("submit", decide);
      /* Where a policy forbids the request it fails while the form is still being submitted. */
      requestAnimationFrame(() => form.requestSubmit(button));
    }
  };
  const isTypedInto = () => {
    try {
      return document.querySelector(":is(input,textarea,select):is(:user-valid,:user-invalid)");
    } catch { /* An old browser. */ }
  };
  const hide = () => {
    find("banner")?.remove();
    hook.remove();
  };
  const confirm = (later) => {
    hide();
    say(later);
    (find("settings") ?? find("saved").lastElementChild).focus({ preventScroll: true });
  };
  const say = (later) => {
    const line = find("saved");
    const [now, next, close] = line.children;
    now.hidden = later;
    next.hidden = !later;
    line.style.display = "flex";
    /* A status is read out when its text appears. It has its room before, so that nothing moves. */
    const { style } = later ? next : now;
    style.visibility = "hidden";
    requestAnimationFrame(() => (style.visibility = ""));
    close.addEventListener("click", (event) => {
      event.preventDefault();
      line.style.display = "none";
    });
  };
  /* A page that answers a form is not asked for again: that would repeat what the form did. */
  const again = () => {
    if (before) return location.replace(origin + before);
    if (!location.hash) history.replaceState(history.state, "", SAVED);
    location.reload();
  };

  /* -- machines that answer for visitors -- */

  /* Many look for English words in what is fixed, and see no shadow root. Outside the body, which is the page's,
     they find the question and a button that says no. Nobody else does: it has no size, is inert, and its elements
     have names that no page asks for. */
  const hook = document.createElement("consentgate-question");
  const offer = () => {
    const refuse = find("banner [value=refuse]");
    if (!refuse?.offsetHeight) return;
    const button = document.createElement("consentgate-refuse");
    button.className = "consentgate-button";
    button.textContent = "Refuse";
    button.addEventListener("click", () => refuse.click());
    hook.append("This site asks for your consent to cookies. ", button);
    Object.assign(hook, { lang: "en", inert: true });
    hook.dataset.nosnippet = "";
    /* Not in the style sheet, which a policy in the page may keep out. No rule of the page overrides these. */
    const styles = ["all:initial", "position:fixed", "width:0", "height:0", "overflow:hidden", ""];
    hook.style.cssText = styles.join("!important;");
    document.documentElement.append(hook);
  };
  addEventListener("load", offer);

  /* -- pages that were made before a decision -- */

  const check = async (isOld) => {
    const now = await fetch(own("state")).then((answer) => answer.text()).catch(() => "");
    if (state ? now !== state : isOld && now.startsWith("open")) again();
    else if (now && !now.endsWith("?")) hide();
  };
  const tabs = self.BroadcastChannel && new BroadcastChannel("consentgate");
  if (tabs) tabs.onmessage = () => check();
  addEventListener("pageshow", ({ persisted }) => persisted && check(true));
  document.addEventListener("prerenderingchange", () => check(true));
  const [entry] = performance.getEntriesByType("navigation");
  if (entry?.deliveryType === "navigational-prefetch") check(true);
  /* A form of ours led here, without a script that could have told the other tabs. */
  if (isSaved && entry?.type === "navigate") tabs?.postMessage("");

  /* After a reload Firefox brings back what a frame showed: the placeholder of what is allowed by now. */
  const renew = (frame, isStale = frame.contentDocument?.URL === "about:srcdoc") => {
    if (isStale && frame.matches("iframe[src]:not([srcdoc])")) frame.src = frame.getAttribute("src");
  };
  if (entry?.type !== "navigate") {
    document.addEventListener("load", ({ target }) => renew(target), true);
    /* Some may have come before this script. Firefox brings them back once more while the page is loading. */
    addEventListener("load", () => requestAnimationFrame(() => document.querySelectorAll("iframe").forEach((frame) => {
      renew(frame);
      /* Nobody sees what is in a sandbox, but what has been asked for has an entry. */
      const isUnseen = !frame.contentDocument && frame.hasAttribute("sandbox");
      renew(frame, isUnseen && !performance.getEntriesByName(frame.src).length);
    })));
  }

  /* -- the page around -- */

  /* A page whose style sheets declare its colours has its way. */
  const follow = () => {
    const { colorScheme } = getComputedStyle(document.body);
    if (colorScheme !== "normal") ours.style.setProperty("--consentgate-scheme", "initial");
  };
  const boxOf = (element) => element.getBoundingClientRect();
  /* What has the keyboard's focus is not covered: the page scrolls, or where it cannot the banner makes room. */
  const uncover = () => {
    const banner = find("banner") ?? find("settings");
    if (!banner) return;
    ours.style.removeProperty("--consentgate-aside");
    const focused = document.activeElement;
    if (focused === document.body || !focused.matches(":focus-visible")) return;
    const bar = boxOf(banner);
    const covered = () => {
      const { left, right, top, bottom } = boxOf(focused);
      return bottom > bar.top && top < bar.bottom && right > bar.left && left < bar.right;
    };
    if (covered()) scrollBy({ top: boxOf(focused).bottom - bar.top + 8, behavior: "instant" });
    if (covered()) ours.style.setProperty("--consentgate-aside", "0 200vh");
  };
  /* Browsers scroll to what has the focus: WebKit some frames later, and all of them slowly where a page asks for
     that. It is over when nothing has moved for some frames. */
  addEventListener("focusin", () => {
    let at, still;
    const watch = () => {
      uncover();
      still = at === scrollY ? still + 1 : 0;
      at = scrollY;
      if (still < 9) requestAnimationFrame(watch);
    };
    watch();
  });
  /* The link to the settings moves up from controls that stay in their place: bars of tabs, buttons of chats. */
  const settle = () => {
    const link = find("settings");
    if (!link) return;
    link.style.removeProperty("transform");
    const covers = () => {
      const { left, right, top, bottom } = boxOf(link);
      return [left, (left + right) / 2, right].some((x) =>
        [top, bottom].some((y) =>
          document.elementsFromPoint(x, y).some((element) => {
            const control = element.closest("a,button,input,select,textarea,summary,[role],[tabindex]");
            for (let at = control; at; at = at.parentElement) {
              if (/fixed|sticky/.test(getComputedStyle(at).position)) return true;
            }
          }),
        ),
      );
    };
    for (let up = 24; up < innerHeight / 2 && covers(); up += 24) link.style.transform = `translateY(-${up}px)`;
  };
  addEventListener("resize", settle);
  addEventListener("load", settle);

  new MutationObserver(mount).observe(document.documentElement, { childList: true });
  mount();
})();
