/* Builds what the Python package ships: one file for each of the entries. `node build.js FOLDER` puts them
   elsewhere, to compare. */
import { build } from "esbuild";

const PACKAGE = "../src/consentgate/pages/static";

await build({
  entryPoints: ["snippet/snippet.js", "snippet/snippet_with_consent_mode.js"],
  outdir: process.argv[2] ?? PACKAGE,
  bundle: true,
  minify: true,
  format: "iife",
  /* Older browsers, which do not know all of this, get plain forms. */
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
});
