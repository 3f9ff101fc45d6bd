/* Makes the banner's buttons work without leaving the page. Without it they work, too: it is a plain form. */
(() => {
  const { src, dataset: { state } } = document.currentScript;
  /* The back button may bring an open page as it was left, although a withdrawal came in between. */
  const check = async ({ persisted }) => {
    if (!persisted) return;
    const answer = await fetch(new URL("state", src)).catch(() => 0);
    if (!answer || (await answer.text()) !== state) location.reload();
  };
  if (state) addEventListener("pageshow", check);

  const root = document.querySelector(".consentgate");
  const form = root && root.querySelector("form");
  /* The page around a frame asks; the frame does not ask again. */
  if (root && self !== top) root.hidden = true;
  if (!form) return;

  const hide = () => {
    const banner = form.parentNode;
    /* What stands below the banner moves up by its height: the view follows it as far as it can. */
    const place = scrollY - banner.offsetHeight;
    banner.hidden = true;
    scrollTo({ top: place, behavior: "instant" });
    root.lastElementChild.focus({ preventScroll: true });
  };

  let busy = false;
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
      if (button.value === "refuse" && !state) hide();
      else location.reload();
    } catch (_) {
      /* The same button again, as if there were no script: the server's answer is then seen. */
      form.removeEventListener("submit", decide);
      /* Where a policy forbids the request it fails while the form is still being submitted. */
      requestAnimationFrame(() => button.click());
    }
  };
  form.addEventListener("submit", decide);
})();
