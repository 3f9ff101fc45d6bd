/* Patterns, as the server writes them: a star stands for any characters. */

/** Return the first of the patterns that a text fits.
 * @param {string[]} patterns
 * @param {string} text */
export const findPattern = (patterns, text) =>
  patterns.find((pattern) => {
    const [start, end] = pattern.split("*");
    return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
  });
