/**
 * The wasm kernel that hashes four streams at once, on states as hash-wasm saves them: whatever was hashed so is gone on with there,
 * in this visit or in the next.
 */
import bytes from './four-streams.wat';

export const STREAMS = 4;
export const BLOCK_BYTES = 64;

/** Of hash-wasm 4.13: which program it was, a block that is begun, bytes so far, the eight words. The tests compare. */
const SAVED = { bytes: 116, total: 68, words: 76 } as const;
const WORDS = 8;

const STATE = 1280;
const INPUT = 4096;
/** What four streams are taken from at a time stays in a processor's own cache. */
const TILE_BYTES = 2 ** 16;

interface Kernel {
  compress(state: number, input: number, stride: number, blocks: number): void;
  readonly memory: WebAssembly.Memory;
}

/** Null where there is no SIMD. */
export function fourStreams(): AdvanceStreams | null {
  made ??= WebAssembly.validate(bytes) ? instantiate() : null;
  return made;
}

let made: AdvanceStreams | null | undefined;

/**
 * Takes equally long pieces of up to four streams, whole blocks each, into their states, which it overwrites. A state is at a
 * whole block as well.
 */
export type AdvanceStreams = (states: readonly Uint8Array[], pieces: readonly Uint8Array[]) => void;

function instantiate(): AdvanceStreams | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    // Its text stands beside this file.
    return advanceBy(exports as unknown as Kernel);
  } catch {
    return null;
  }
}

function advanceBy({ compress, memory }: Kernel): AdvanceStreams {
  const words = new Uint32Array(memory.buffer, STATE, WORDS * STREAMS);
  const tiles = Array.from(
    { length: STREAMS },
    (_, stream) => new Uint8Array(memory.buffer, INPUT + stream * TILE_BYTES, TILE_BYTES),
  );
  return (states, pieces) => {
    const views = states.map(({ buffer, byteOffset, byteLength }) => {
      if (byteLength !== SAVED.bytes) throw new RangeError('hash-wasm saves its state otherwise');
      return new DataView(buffer, byteOffset, byteLength);
    });
    const length = pieces[0]?.length ?? 0;
    for (const [stream, view] of views.entries()) {
      for (let i = 0; i < WORDS; i++)
        words[i * STREAMS + stream] = view.getUint32(SAVED.words + 4 * i, true);
    }
    for (let at = 0; at < length; at += TILE_BYTES) {
      const end = Math.min(length, at + TILE_BYTES);
      for (const [stream, piece] of pieces.entries()) tiles[stream]?.set(piece.subarray(at, end));
      compress(STATE, INPUT, TILE_BYTES, (end - at) / BLOCK_BYTES);
    }
    for (const [stream, view] of views.entries()) {
      for (let i = 0; i < WORDS; i++)
        view.setUint32(SAVED.words + 4 * i, words[i * STREAMS + stream] ?? 0, true);
      const total = view.getBigUint64(SAVED.total, true) + BigInt(length);
      view.setBigUint64(SAVED.total, total, true);
    }
  };
}
