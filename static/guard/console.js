/* What the console says of what was kept back: each thing once, and how the policy would declare it. */

const told = new Set();

/** Tell of something that was kept back, and return false.
 * @param {string} kind A word for what it is.
 * @param {string} name
 * @param {string} declaration The lines of a policy that declare it, with a % for the name, but for the category. */
export const tell = (kind, name, declaration) => {
  if (!told.has(kind + name)) {
    told.add(kind + name);
    const text = JSON.stringify(name);
    console.info(`consentgate: no consent to the ${kind} ${text}. If the policy does not declare it, add:\n${declaration.replace("%", () => text)}\ncategory = "..."`);
  }
  return false;
};
