// Builds the front end: web/assets -> web/static/build. Run by `npm run build`.
//
// Every file gets its content's hash in its name, so that it can be cached for ever; `manifest.json` maps the plain
// name to the hashed one ("main.css": "main-1a2b3c4d5e.css"). Beside each text file lies its .gz.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import * as esbuild from "esbuild";
import * as sass from "sass";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assets = join(root, "web/assets");
const target = join(root, "web/static/build");
const require = createRequire(import.meta.url);
const govuk = dirname(require.resolve("govuk-frontend"));

// What must never be served: the font, crown and crest are licensed for one domain, which is not ours.
const FORBIDDEN = [/GDS Transport/i, /@font-face/i, /crown|crest/i, /url\((?!["']?data:)/i];

async function styles() {
  const { css } = await sass.compileAsync(join(assets, "scss/main.scss"), {
    loadPaths: [dirname(govuk), join(assets, "scss")],
    style: "compressed",
    quietDeps: true,
  });
  for (const pattern of FORBIDDEN) {
    if (pattern.test(css)) throw new Error(`main.css holds what may not be served: ${pattern}`);
  }
  // The second pass drops prefixes and spellings that sass keeps.
  const { code } = await esbuild.transform(css, { loader: "css", minify: true });
  return code;
}

async function script() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(assets, "js/main.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2020",
    legalComments: "none",
    banner: { js: "/* Parts are govuk-frontend, MIT: see licences.txt */" },
  });
  return outputFiles[0].text;
}

async function brand() {
  const names = await readdir(join(assets, "brand"));
  return Promise.all(names.sort().map(async (name) => [name, await readFile(join(assets, "brand", name))]));
}

// Whose work the built files hold besides our own.
function licences() {
  const { name, version, license, author } = require("govuk-frontend/package.json");
  return `${name} ${version}: ${license} licence, ${author.name ?? author}\n`;
}

function hashed(name, content) {
  const extension = extname(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return `${basename(name, extension)}-${hash}${extension}`;
}

async function put(name, content) {
  const data = Buffer.from(content);
  const packed = gzipSync(data, { level: 9 });
  await writeFile(join(target, name), data);
  await writeFile(join(target, `${name}.gz`), packed);
  return `${name}  ${data.length} B, ${packed.length} B gzip`;
}

// Everything is built before the old files go, so that a failed build leaves them as they were.
const files = [["main.css", await styles()], ["main.js", await script()], ...(await brand())];
const notices = licences();
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const manifest = {};
const report = [];
for (const [name, content] of files) {
  manifest[name] = hashed(name, content);
  report.push(await put(manifest[name], content));
}
await put("licences.txt", notices);
await writeFile(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(report.join("\n"));
