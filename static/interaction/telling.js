/* Tells those who make the site what was kept back in a page: each thing once. */

/** @typedef {import("../guard/findings.js").Finding} Finding */

/** The lines of a policy that declare something, but for the category: a host, or what is stored under a name.
 * @param {string} kind
 * @param {string} name As JSON, and so TOML, writes it. */
const declaration = (kind, name) =>
  `${kind === "host" ? `[[service]]\nid = "..."\nhosts = [${name}]` : `[[cookie]]\nname = ${name}`}\ncategory = "..."`;

/** Tell of what the guard has found so far, and finds from now on: in the console, to the server where it wants to know, and
 * on the page where that shows it.
 * @param {import("../snippet/on_demand.js").Tools} tools */
export const tellOfFindings = async ({ findings, own, said }) => {
  const { showFinding } = said.debug ? await import(own(said.debug).href) : {};
  const told = new Set();
  /** @type {Finding[]} */
  let unsent = [];
  const send = () => {
    if (unsent.length) navigator.sendBeacon(own("reports"), new Blob([JSON.stringify(unsent)], { type: "application/json" }));
    unsent = [];
  };
  /** @param {Finding} finding */
  const tell = ([kind, given]) => {
    const name = String(given);
    const text = JSON.stringify(name);
    if (told.has(kind + text)) return;
    told.add(kind + text);
    const lines = declaration(kind, text);
    console.info(`consentgate: no consent to the ${kind} ${text}. If the policy does not declare it, add:\n${lines}`);
    showFinding?.(kind, name, lines);
    if (said.reports) unsent.push([kind, name]);
  };
  findings.splice(0).forEach(tell);
  findings.push = (...more) => {
    more.forEach(tell);
    return 0;
  };
  /* All at once, when the visitor leaves the page. */
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => document.hidden && send());
};
