/* Tells those who make the site what was kept back in a page. */

const MOST = 100;
const LONGEST = 200;

/** Tell of what the guard has found so far, and finds from now on: in the console, to the server where it wants to know, and
 * on the page where that shows it.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const tellOfFindings = ({ hearOfFindings, own, said }) => {
  /** @type {[kind: string, name: string][]} */
  let unsent = [];
  const send = () => {
    if (unsent.length) {
      navigator.sendBeacon(own("reports"), new Blob([JSON.stringify(unsent)], { type: "application/json" }));
    }
    unsent = [];
  };
  const overlay = said.debug ? import(own(said.debug).href) : undefined;
  hearOfFindings((finding) => {
    const [kind, name] = JSON.parse(finding);
    if (said.reports && unsent.length < MOST && name.length <= LONGEST) unsent.push([kind, name]);
    /* The overlay has the server say more, and tells the console that. */
    if (overlay) overlay.then(({ showFinding }) => showFinding(own("debug"), kind, name)).catch(console.error);
    else console.info(`consentgate: no consent to the ${kind} ${JSON.stringify(name)}. With debug the gate says how to declare it.`);
  });
  /* All at once, when the visitor leaves the page or its tab. */
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.hidden && send());
};
