/* What was kept back. Those who make the site hear of it from the part of the script that is fetched later
   (interaction/telling.js). */

/** @typedef {(finding: string) => void} Listener */

/** @type {Set<string>} Each a word for what it is, and its name, as a list in JSON. */
const findings = new Set();

/** @type {Listener | undefined} */
let tell;

/** Note something that was kept back, and return false.
 * @param {string} kind
 * @param {unknown} name */
export const keepBack = (kind, name) => {
  const finding = JSON.stringify([kind, String(name)]);
  const before = findings.size;
  if (findings.add(finding).size > before) tell?.(finding);
  return false;
};

/** Have `listener` called for each thing that was kept back, and that will be.
 * @param {Listener} listener */
export const hearOfFindings = (listener) => {
  tell = listener;
  findings.forEach(tell);
};
