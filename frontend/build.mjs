// Bundle the entries of src/ into the Python package.
import { build } from "esbuild";

await build({
  entryPoints: ["src/battle.ts"],
  outdir: "../src/tiltyard/web/static/built",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  sourcemap: false,
  target: ["es2022"],
  logLevel: "info",
});
