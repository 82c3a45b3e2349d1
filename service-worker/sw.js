/**
 * The page's service worker: the page starts without a network, out of the files that it was built with. The build fills the
 * list (`scripts/lib/service-worker-plugin.mjs`). A new version waits until the page asks for it, so that nothing changes under work.
 */

/**
 * Hashes of the built files by their paths below the page's own.
 * @type {Readonly<Record<string, string>>}
 */
const files = /* FILES */ {};

const worker = /** @type {any} */ (globalThis);
/** @type {string} the page's address, with a slash at its end */
const scope = worker.registration.scope;

const prefix = 'studio-files-';
/** Of every version; a file's address in it carries its hash, so that what stays the same is fetched once. */
const addressOf = (/** @type {string} */ path) => `${scope}${path}?${files[path]}`;
const cacheName = `${prefix}v1 ${scope}`;
/** What is loaded by few visits and never changes: Vite's names carry a hash. */
const hashedName = /^assets\/[^/]+-[\w-]{8}\.\w+$/;

/** The page itself is asked for by its folder: some hosts redirect `index.html` there, and a redirect is no page. */
const sourceOf = (/** @type {string} */ path) => scope + (path === 'index.html' ? '' : path);

async function install() {
  const cache = await caches.open(cacheName);
  for (const path of Object.keys(files)) {
    const address = addressOf(path);
    if (await cache.match(address)) continue;
    const response = await fetch(sourceOf(path), { cache: 'no-cache' });
    if (!response.ok || response.redirected) {
      throw new Error(`${path} could not be fetched (${response.status}).`);
    }
    await cache.put(address, response);
  }
}

/** Removes the files of older versions, but for scripts and wasm that a page of one may still ask for. */
async function activate() {
  const cache = await caches.open(cacheName);
  const wanted = new Set(Object.keys(files).map(addressOf));
  const pages = await worker.clients.matchAll({ type: 'window' });
  for (const { url } of await cache.keys()) {
    const path = url.slice(scope.length).replace(/\?.*$/, '');
    const old = !wanted.has(url) && !(hashedName.test(path) && pages.length > 0);
    if (old) await cache.delete(url);
  }
  await worker.clients.claim();
}

/** @param {Request} request */
async function answer(request) {
  const { pathname } = new URL(request.url);
  const path = pathname.slice(new URL(scope).pathname.length) || 'index.html';
  const cache = await caches.open(cacheName);
  const known = files[path] !== undefined;
  // A script of an older page is found by its name alone.
  const kept = known
    ? await cache.match(addressOf(path))
    : hashedName.test(path) && (await cache.match(scope + path, { ignoreSearch: true }));
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && hashedName.test(path)) await cache.put(scope + path, response.clone());
  return response;
}

/** @param {Request} request */
function isOurs({ method, url, headers }) {
  if (method !== 'GET' || headers.has('range') || !url.startsWith(scope)) return false;
  const path = new URL(url).pathname.slice(new URL(scope).pathname.length) || 'index.html';
  return files[path] !== undefined || hashedName.test(path);
}

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  if (isOurs(event.request)) event.respondWith(answer(event.request));
});
worker.addEventListener('message', (/** @type {any} */ event) => {
  if (event.data === 'take over') event.waitUntil(worker.skipWaiting());
});
