/* Patterns, as the server writes them: a star stands for any characters. */

/** Say whether a text fits one of the patterns.
 * @param {string[]} patterns
 * @param {string} text */
export const fitsOne = (patterns, text) =>
  patterns.some((pattern) => {
    const [start, end] = pattern.split("*");
    return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
  });
