/* What each part of the script weighs, as the table in docs/guard.md has it: by how many bytes the file would be
   smaller, as brotli sends it, if what the part exports did nothing. */
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { snippet } from "./build.js";

/** @param {string} [leftOut] The file of a module. */
const weight = async (leftOut) => {
  const plugin = {
    name: "leave out",
    setup: (build) => build.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!leftOut || path !== resolve(leftOut)) return;
      const names = [...readFileSync(path, "utf8").matchAll(/^export (?:const|let) (\w+)/gm)].map(([, name]) => name);
      return { contents: names.map((name) => `export const ${name} = () => {};`).join("\n") };
    }),
  };
  const { outputFiles } = await build({ ...snippet, write: false, plugins: [plugin] });
  return brotliCompressSync(outputFiles[0].contents).length;
};

/* What reads the script's element, and what starts the rest, is not to be left out. */
const PARTS = {
  guard: ["storage", "insertion", "elements", "connections", "rules", "patterns", "trusted_types", "findings", "patch"],
  snippet: ["banner", "on_demand", "copies", "page_code", "colours", "events", "saved"],
};

const whole = await weight();
console.log("| part | bytes |\n| --- | --- |");
for (const [folder, parts] of Object.entries(PARTS)) {
  for (const part of parts) {
    const path = `${folder}/${part}.js`;
    console.log(`| \`${path}\` | ${whole - (await weight(path))} |`);
  }
}
console.log(`| **all, with what is not listed** | **${whole}** |`);
