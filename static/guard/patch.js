/* How a function of the browser is replaced. The replacement keeps its name and length, and is native to `toString`. */

/** @typedef {(native: Function, self: any, args: any[], name: string) => unknown} Instead */

/** Have `instead` called in the place of each of a `holder`'s functions, or setters, with these `names`. What the
 * browser does not have stays as it is.
 * @param {object | undefined} holder
 * @param {string} names With spaces between them.
 * @param {Instead} instead
 * @param {"get" | "set"} [accessor] */
export const patch = (holder, names, instead, accessor) => {
  for (const name of holder ? names.split(" ") : []) {
    const descriptor = /** @type {any} */ (Object.getOwnPropertyDescriptor(holder, name));
    const key = accessor ?? (descriptor?.set ? "set" : "value");
    if (!descriptor?.configurable || !descriptor[key]) continue;
    const apply = (/** @type {Function} */ native, /** @type {unknown} */ self, /** @type {any[]} */ args) =>
      instead(native, self, args, name);
    descriptor[key] = new Proxy(descriptor[key], { apply });
    Object.defineProperty(holder, name, descriptor);
  }
};
