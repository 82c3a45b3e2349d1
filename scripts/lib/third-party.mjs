/** The licences of everything that the package has in it or installs, as one file. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { shippedPackages } from './shipped.mjs';
import { projectRoot } from './tools.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Who wrote packages that say MIT in their `package.json` and have no file with the text. */
const HOLDERS = new Map([
  ['gearhash-jit', 'the authors of gearhash-jit'],
  ['onnxruntime-common', 'Microsoft Corporation'],
  ['onnxruntime-web', 'Microsoft Corporation'],
]);

const MIT = (/** @type {string} */ holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

const HEAD = `# Third-party software

What the package has in it, or installs beside itself, with the licences. Made by \`npm run third-party\` from the packages that
are installed; a test holds it to \`package-lock.json\`. Pictures and weights of the demo are in [NOTICE](NOTICE). ONNX Runtime's
WebAssembly has parts of other projects in it, which its own list names with their licences:
<https://github.com/microsoft/onnxruntime/blob/v1.30.0/ThirdPartyNotices.txt>.`;

/**
 * @param {string} [root] the folder of `package.json`, with its packages installed
 * @returns {Promise<string>}
 */
export async function thirdPartyText(root = projectRoot) {
  const lockfile = JSON.parse(await readFile(resolve(root, 'package-lock.json'), 'utf8'));
  const packages = shippedPackages(lockfile);
  const texts = await Promise.all(packages.map(({ path }) => licenceTexts(resolve(root, path))));
  const rows = packages.map(
    ({ name, version, license, installed }) =>
      `| ${name} | ${version} | ${license ?? 'see below'} | ${installed ? 'installed' : 'built in'} |`,
  );
  const sections = packages.map(({ name, version, license }, i) => {
    const title = `## ${name} ${version}${license === undefined ? '' : ` (${license})`}`;
    return `${title}\n\n${(texts[i] ?? []).map(fenced).join('\n\n')}`;
  });
  return `${HEAD}\n\n| Package | Version | Licence | How it comes |\n|---|---|---|---|\n${rows.join('\n')}\n\n${sections.join('\n\n')}\n`;
}

/**
 * @param {string} folder of a package
 * @returns {Promise<string[]>}
 */
async function licenceTexts(folder) {
  // Codecs have a licence of their own in a folder below.
  const names = (await readdir(folder, { recursive: true }))
    .filter((path) => LICENCE_FILE.test(basename(path)) && !path.includes('node_modules'))
    .sort();
  if (names.length > 0) {
    return Promise.all(names.map((name) => readFile(resolve(folder, name), 'utf8')));
  }
  const { name, license } = JSON.parse(await readFile(resolve(folder, 'package.json'), 'utf8'));
  const holder = HOLDERS.get(name);
  if (license !== 'MIT' || holder === undefined) {
    throw new Error(
      `${name} (${license}) has no file with its licence; say in scripts/lib/third-party.mjs what it is.`,
    );
  }
  return [MIT(holder)];
}

/** @param {string} text */
function fenced(text) {
  const lines = text.replaceAll('\r\n', '\n').trim().split('\n');
  return ['```text', ...lines.map((line) => line.trimEnd()), '```'].join('\n');
}
