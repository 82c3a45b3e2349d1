/** WebAssembly text, assembled when the program is built (`scripts/lib/wat-plugin.mjs`). */
declare module '*.wat' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** The same for memory that threads share. */
declare module '*.wat?shared' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
