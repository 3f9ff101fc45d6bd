/* Builds what the Python package ships: one file for each of the entries. `node build.js FOLDER` puts them
   elsewhere, to compare. */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** @satisfies {import("esbuild").BuildOptions} */
const options = {
  bundle: true,
  minify: true,
  /* Older browsers, which do not know all of this, get plain forms. */
  target: "es2021",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
};

/** What others fetch is a module. */
const interaction = { ...options, entryPoints: ["interaction/interaction.js"], format: "esm" };
const overlay = { ...interaction, entryPoints: ["overlay/overlay.js"] };
const { outputFiles } = await build({ ...interaction, outdir: ".", write: false });
/* The others fetch it by its name, which changes with its content, as the server makes it (pages/assets.py). */
const digest = createHash("sha256").update(outputFiles[0].contents).digest("hex").slice(0, 10);

/** How the script of every page is built. */
export const snippet = {
  ...options,
  entryPoints: ["snippet/snippet.js"],
  format: "iife",
  define: { INTERACTION_FILE: JSON.stringify(`interaction-${digest}.js`) },
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const outdir = process.argv[2] ?? "../src/consentgate/pages/static";
  await build({ ...interaction, outdir });
  await build({ ...overlay, outdir });
  await build({ ...snippet, entryPoints: [...snippet.entryPoints, "snippet/snippet_with_tags.js"], outdir });
}
