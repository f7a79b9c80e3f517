// Bundle the entries of src/ into the Python package.
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const shared = {
  outdir: "../src/tiltyard/web/static/built",
  bundle: true,
  minify: true,
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  logLevel: "info",
  legalComments: "linked",
};

// KaTeX lists every font in three formats; each browser we build for reads WOFF2.
const onlyWoff2 = {
  name: "only-woff2",
  setup(build) {
    build.onLoad({ filter: /katex\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const older = /,\s*url\([^)]+\.(?:woff|ttf)\)\s*format\(["'][^"']+["']\)/g;
      return { contents: css.replace(older, ""), loader: "css" };
    });
  },
};

// Modules; what only some battles need is split off and loaded when first needed.
await build({
  ...shared,
  entryPoints: ["src/battle.ts", "src/board.ts", "src/operator.ts"],
  format: "esm",
  splitting: true,
  chunkNames: "[name]-[hash]",
});

// A classic script, because it must run before the first paint.
await build({ ...shared, entryPoints: ["src/theme.ts"], format: "iife" });

await build({
  ...shared,
  entryPoints: {
    site: "src/styles/site.css",
    battle: "src/styles/battle.css",
    math: "src/styles/math.css",
    operator: "src/styles/operator.css",
  },
  loader: { ".woff2": "file" },
  assetNames: "[name]-[hash]",
  plugins: [onlyWoff2],
});
