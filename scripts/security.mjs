/**
 * What the page may do, in one place: the server sends it as headers, the build writes it into `index.html` as well,
 * so that a static host that sends no headers still serves a page that cannot reach another origin.
 */

/**
 * `'wasm-unsafe-eval'` lets ONNX Runtime and the image decoders compile; `blob:` and `data:` images are the user's own
 * pictures. `connect-src 'self'` is the promise that nothing leaves the machine.
 * @type {Readonly<Record<string, string>>}
 */
const directives = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' blob: data:",
  'style-src': "'self'",
  'font-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

/** The policy for `<meta http-equiv>`, where `frame-ancestors` is not allowed. */
export const metaPolicy = Object.entries(directives)
  .map(([name, value]) => `${name} ${value}`)
  .join('; ');

/** The policy for the response header; the same, and nobody may frame the page. */
export const headerPolicy = `${metaPolicy}; frame-ancestors 'none'`;

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
