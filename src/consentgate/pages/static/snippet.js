/* Makes the banner's buttons work without leaving the page. Without it they work, too: it is a plain form. */
(() => {
  const { attributes: { src }, dataset: { state, before } } = document.currentScript;
  /* The back button may bring an open page as it was left, although a withdrawal came in between. */
  const check = async ({ persisted }) => {
    if (!persisted) return;
    /* A base of the page may lead elsewhere: paths of our own do not go by it. */
    const answer = await fetch(new URL("state", origin + src.value)).catch(() => 0);
    if ((await answer.text?.()) !== state) again();
  };
  /* A page that answers a form is not asked for again: that would repeat what the form did. */
  const again = () => before ? location.replace(origin + before) : location.reload();
  if (state) addEventListener("pageshow", check);

  const root = document.querySelector(".consentgate");
  const form = root?.querySelector("form");
  /* The page around a frame asks; the frame does not ask again, and its plain form is the server's to judge. */
  if (root) root.hidden = self !== top;
  if (!form || root.hidden) return;

  const hide = () => {
    const banner = form.parentNode;
    /* What stands below the banner moves up by its height: the view follows it as far as it can. */
    const place = scrollY - banner.offsetHeight;
    banner.hidden = true;
    scrollTo({ top: place, behavior: "instant" });
    root.lastElementChild.focus({ preventScroll: true });
  };

  let busy;
  const decide = async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const body = new URLSearchParams(new FormData(form));
    body.set(button.name, button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") throw answer;
      /* What a page shows that answers a form, an order perhaps, is worth more than what it would now load. */
      if (button.value === "refuse" ? !state : before) hide();
      else again();
    } catch {
      /* The same button again, as if there were no script: the server's answer is then seen. */
      form.removeEventListener("submit", decide);
      /* Where a policy forbids the request it fails while the form is still being submitted. */
      requestAnimationFrame(() => button.click());
    }
  };
  form.addEventListener("submit", decide);
})();
