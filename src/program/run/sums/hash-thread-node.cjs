/**
 * A thread of Node's (`hashing-node.ts` starts it from this text): SHA-256 of files, one after the other as if they were one,
 * by Node's own library. Files that are not as they were found are refused.
 */
const { createHash } = require('node:crypto');
const { closeSync, fstatSync, openSync, readSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');

/** Stays in a processor's own cache between reading and hashing. */
const memory = new Uint8Array(2 ** 19);

/** @typedef {{ path: string, size: number, mtimeNs: bigint, ino: bigint }} Identity */

/**
 * @param {import('node:crypto').Hash} hash
 * @param {Identity} found
 */
function hashFile(hash, found) {
  const descriptor = openSync(found.path, 'r');
  const refuseChange = () => {
    const now = fstatSync(descriptor, { bigint: true });
    if (Number(now.size) === found.size && now.mtimeNs === found.mtimeNs && now.ino === found.ino) {
      return;
    }
    throw new Error('it has changed since it was found');
  };
  try {
    refuseChange();
    for (
      let bytes = readSync(descriptor, memory);
      bytes > 0;
      bytes = readSync(descriptor, memory)
    ) {
      hash.update(memory.subarray(0, bytes));
    }
    refuseChange();
  } finally {
    closeSync(descriptor);
  }
}

parentPort?.on('message', (/** @type {readonly Identity[]} */ files) => {
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      hashFile(hash, file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ file: file.path, reason });
      return;
    }
  }
  parentPort?.postMessage({ sha256: hash.digest('hex') });
});
