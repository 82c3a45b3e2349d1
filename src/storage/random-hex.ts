/** 128 random bits. Not `crypto.randomUUID`: that is missing where the page is served over plain http. */
export function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
