/** SHA-256 of values as little-endian float32, in lower-case hex: how the fixtures give a tensor. */
export async function sha256(values: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
