/* Pages that take markup and scripts from policies alone (Trusted Types). */

/** @type {any} Made when it is needed: a page may have a list of the policies that it knows. */
let policy;

/** Return a text as such a page takes it.
 * @param {"createHTML" | "createScript"} kind
 * @param {string} text */
export const trusted = (kind, text) => {
  const types = /** @type {any} */ (self).trustedTypes;
  policy ??= types?.createPolicy("consentgate", { createHTML: String, createScript: String });
  return policy ? policy[kind](text) : text;
};
