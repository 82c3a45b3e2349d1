/**
 * Test support: mutated pictures for the decoders. Every input either decodes or is refused with a FormatError, in bounded
 * time. An input is known by seed and number: `mutatedPicture(seed, number)` makes it again.
 */
import { randomSource } from '../../../checkpoint/random.fixture';
import { FormatError } from '../../../errors';
import { decodeImage } from '../decode';
import { expected, fixtureBytes, fixtureJson } from '../fixtures';
import { formatFiles } from './format-files';

export interface FuzzReport {
  readonly runs: number;
  readonly decoded: number;
  readonly refused: number;
  /** The input that took longest, and how long. */
  readonly slowest: { readonly what: string; readonly milliseconds: number };
}

export interface FuzzOptions {
  /** Number of the first input. */
  readonly first?: number;
  readonly runs?: number;
  /** Stops after so long, whatever `runs` says. */
  readonly milliseconds?: number;
}

interface Original {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** No picture within Pillow's limit takes longer on a slow machine; a hang does. */
const LONGEST_MS = 60_000;

let known: readonly Original[] | undefined;

/** All fixtures of pictures. */
function originals(): readonly Original[] {
  known ??= [
    ...expected().files.map(({ file }) => ({
      name: file,
      bytes: fixtureBytes(`images/files/${file}`),
    })),
    ...fixtureJson<{ png: { name: string; file: string }[] }>('image-oddities.json').png.map(
      ({ name, file }) => ({
        name: `PNG ${name}`,
        bytes: new Uint8Array(Buffer.from(file, 'base64')),
      }),
    ),
    ...formatFiles().map(({ format, name, bytes }) => ({ name: `${format} ${name}`, bytes })),
  ];
  return known;
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** One change, in a copy. */
function mutated(
  bytes: Uint8Array,
  other: Uint8Array,
  below: (bound: number) => number,
): Uint8Array {
  const copy = bytes.slice();
  // Headers decide most, so many of the changes are made there.
  const at = below(below(3) === 0 ? Math.min(64, bytes.length) : bytes.length);
  const view = new DataView(copy.buffer);
  switch (below(7)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      return copy;
    case 1:
      copy[at] = below(256);
      return copy;
    case 2: {
      const value = EXTREMES[below(EXTREMES.length)] ?? 0;
      const isLittle = below(2) === 0;
      if (at + 4 <= copy.length && below(2) === 0) view.setUint32(at, value, isLittle);
      else if (at + 2 <= copy.length) view.setUint16(at, value & 0xffff, isLittle);
      return copy;
    }
    case 3:
      return copy.subarray(0, at);
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + below(16))]);
    case 5:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - below(32)))]);
    default: {
      const from = below(other.length);
      copy.set(other.subarray(from, from + Math.min(32, copy.length - at)), at);
      return copy;
    }
  }
}

/** Input `number` of this seed. */
export function mutatedPicture(
  seed: number,
  number: number,
): { readonly what: string; readonly bytes: Uint8Array<ArrayBuffer> } {
  const below = randomSource(seed * 1_000_003 + number);
  const files = originals();
  const pick = () => files[below(files.length)] as Original;
  const { name, bytes } = pick();
  let changed: Uint8Array = bytes;
  const changes = 1 + below(2);
  for (let i = 0; i < changes && changed.length > 0; i++) {
    changed = mutated(changed, pick().bytes, below);
  }
  return { what: `seed ${seed}, number ${number} (${name})`, bytes: new Uint8Array(changed) };
}

/**
 * Decodes mutated pictures.
 * @throws Error that names the input, where one fails otherwise than with a FormatError, has no pixels, or takes too long
 */
export async function fuzzDecoders(
  seed: number,
  { first = 0, runs = Number.POSITIVE_INFINITY, milliseconds }: FuzzOptions,
): Promise<FuzzReport> {
  const begun = performance.now();
  let [decoded, refused, done] = [0, 0, 0];
  let slowest = { what: '', milliseconds: 0 };
  while (done < runs && (milliseconds === undefined || performance.now() - begun < milliseconds)) {
    const { what, bytes } = mutatedPicture(seed, first + done);
    const started = performance.now();
    try {
      const { width, height, data } = await decodeImage({ name: 'a', blob: new Blob([bytes]) });
      if (width * height === 0 || data.length !== width * height * 3) {
        throw new Error(`${what}: ${width} x ${height} pixels in ${data.length} bytes`);
      }
      decoded++;
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw new Error(`${what}: ${String(cause)}`, { cause });
      refused++;
    }
    const took = performance.now() - started;
    if (took > slowest.milliseconds) slowest = { what, milliseconds: took };
    if (took > LONGEST_MS) throw new Error(`${what}: took ${Math.round(took / 1000)} s`);
    done++;
  }
  return { runs: done, decoded, refused, slowest };
}
