/**
 * What the page may do, in one place: the server sends it as headers, the build writes it into every page as well,
 * so that a static host that sends no headers still serves a page that cannot reach another origin.
 */

/**
 * Whom the Hub edition (`hub.html`) may ask: the Hugging Face Hub and the hosts where its large files lie, or one mirror.
 * @param {string} [mirror] its address
 * @returns {string[]}
 */
export function hubHosts(mirror) {
  return mirror === undefined
    ? ['https://huggingface.co', 'https://*.hf.co']
    : [new URL(mirror).origin];
}

/**
 * `'wasm-unsafe-eval'` lets ONNX Runtime and the image decoders compile; `blob:` and `data:` images are the user's own
 * pictures. `connect-src 'self'` is the default page's promise that nothing leaves the machine.
 * @param {string[]} hosts that the page may ask besides its own
 * @returns {Readonly<Record<string, string>>}
 */
const directives = (hosts) => ({
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': ["'self'", ...hosts].join(' '),
  'img-src': "'self' blob: data:",
  'style-src': "'self'",
  'font-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
});

/** @param {string[]} hosts */
const policy = (hosts) =>
  Object.entries(directives(hosts))
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** The policy for `<meta http-equiv>`, where `frame-ancestors` is not allowed. */
export const metaPolicy = policy([]);

/**
 * The same of the Hub edition.
 * @param {string} [mirror] the address of one, instead of the Hub's
 */
export const hubMetaPolicy = (mirror) => policy(hubHosts(mirror));

/** The policy for the response header; the same, and nobody may frame the page. */
export const headerPolicy = `${metaPolicy}; frame-ancestors 'none'`;

/**
 * The same of the Hub edition.
 * @param {string} [mirror]
 */
export const hubHeaderPolicy = (mirror) => `${hubMetaPolicy(mirror)}; frame-ancestors 'none'`;

/** Cross-origin isolation, without which wasm runs on one thread. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Everything the server adds to every response. */
export const securityHeaders = {
  ...isolationHeaders,
  'Content-Security-Policy': headerPolicy,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
