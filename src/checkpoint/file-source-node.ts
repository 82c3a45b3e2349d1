/**
 * Files on disk as sources of bytes. Node's own Blobs of files are no use here: they give sizes modulo 4 GiB, and a place
 * beyond the end ends the process (Node 20). A file that changed after it was found is refused rather than read.
 */
import {
  type BigIntStats,
  close as closeFile,
  fstatSync,
  open as openFile,
  read as readFile,
  readSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ByteSource, partOf } from './byte-source';

const open = promisify(openFile);
const read = promisify(readFile);
const close = promisify(closeFile);

/** Descriptors that are kept for the next read: more than a merge reads from at a time, fewer than any system allows. */
const KEPT = 64;

/** Linux reads at most 2 GiB at a time, and Node takes no larger number; larger pieces are no faster. */
const MAX_READ_BYTES = 2 ** 26;

/** So little is read at once: waking another thread for it costs more than the reading. */
const SHORT_BYTES = 2 ** 20;

/** For so long nothing else has its turn. */
const TURN_MS = 10;

interface Descriptor {
  readonly number: Promise<number>;
  /** Reads in flight. */
  users: number;
}

/** By what was found on disk; the one that was used last comes last. */
const descriptors = new Map<BigIntStats, Descriptor>();

/** By what a file is known again: while all of it is the same, so are its bytes. */
export interface FileIdentity {
  /** Absolute, or a name that only these bytes have. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Time of the last change, in nanoseconds. */
  readonly mtimeNs: bigint;
  /** The file's number on its disk. */
  readonly ino: bigint;
}

const identities = new WeakMap<ByteSource, FileIdentity>();

/** Which file a source is, the whole of it, as it was found; undefined for any other source, parts of files among them. */
export function fileIdentity(source: ByteSource): FileIdentity | undefined {
  return identities.get(source);
}

/** Says of another source by what it is known again. */
export function identify(source: ByteSource, identity: FileIdentity): void {
  identities.set(source, identity);
}

/**
 * A file, of which nothing is read or kept open before bytes are asked for. Reading rejects with a DOMException named
 * `NotReadableError`, as Blobs do, where the file has changed since.
 * @throws Error of the file system, where there is none
 */
export async function fileSource(path: string | URL): Promise<Required<ByteSource>> {
  const found = await stat(path, { bigint: true });
  const size = Number(found.size);
  const readInto = (begin: number, into: Uint8Array) =>
    withDescriptor(path, found, (descriptor) => readAt(descriptor, begin, into));
  const source = partOf(readInto, 0, size);
  const absolute = resolve(path instanceof URL ? fileURLToPath(path) : path);
  identities.set(source, { path: absolute, size, mtimeNs: found.mtimeNs, ino: found.ino });
  return source;
}

async function withDescriptor<T>(
  path: string | URL,
  found: BigIntStats,
  use: (descriptor: number) => Promise<T>,
): Promise<T> {
  const descriptor = descriptors.get(found) ?? { number: open(path, 'r'), users: 0 };
  descriptors.delete(found);
  descriptors.set(found, descriptor);
  descriptor.users++;
  try {
    const number = await descriptor.number;
    refuseChange(fstatSync(number, { bigint: true }), found);
    return await use(number);
  } catch (error) {
    // What could not be opened, or is another file by now, is tried anew by whoever reads again.
    if (descriptors.get(found) === descriptor && descriptor.users === 1) letGo(found, descriptor);
    throw error;
  } finally {
    descriptor.users--;
    letGoOfSpare();
  }
}

function refuseChange(now: BigIntStats, found: BigIntStats): void {
  if (now.size !== found.size || now.mtimeNs !== found.mtimeNs || now.ino !== found.ino) {
    throw new DOMException('The file has changed since it was found.', 'NotReadableError');
  }
}

function letGoOfSpare(): void {
  for (const [found, descriptor] of descriptors) {
    if (descriptors.size <= KEPT) return;
    if (descriptor.users === 0) letGo(found, descriptor);
  }
}

function letGo(found: BigIntStats, { number }: Descriptor): void {
  descriptors.delete(found);
  // Whatever became of it, nothing more is read from it.
  number.then(close).catch(() => undefined);
}

/** @returns bytes read: fewer than `into` has room for at the file's end only */
async function readAt(descriptor: number, begin: number, into: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const length = Math.min(into.length - filled, MAX_READ_BYTES);
    const bytesRead = await readSome(descriptor, into, filled, length, begin + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

let turn = Number.NEGATIVE_INFINITY;

/** Short pieces at once, as long as the program's other work has its turn now and then: a read that is waited for lets it in. */
async function readSome(
  descriptor: number,
  into: Uint8Array,
  offset: number,
  length: number,
  begin: number,
): Promise<number> {
  if (length <= SHORT_BYTES && performance.now() - turn < TURN_MS) {
    return readSync(descriptor, into, offset, length, begin);
  }
  const { bytesRead } = await read(descriptor, into, offset, length, begin);
  turn = performance.now();
  return bytesRead;
}
