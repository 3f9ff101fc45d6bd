/* What was kept back. The console, and the server where it wants to know, hear of it from the part of the script that is
   fetched later (interaction/telling.js). */

/** @typedef {[kind: string, name: unknown]} Finding */

/** @type {Finding[]} */
export const findings = [];

/** Note something that was kept back, and return false.
 * @param {string} kind A word for what it is.
 * @param {unknown} name */
export const keepBack = (kind, name) => {
  findings.push([kind, name]);
  return false;
};
