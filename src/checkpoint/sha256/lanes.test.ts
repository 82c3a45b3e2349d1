import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashBlob } from '../hash-blob';
import { randomSource } from '../random.fixture';
import { fourStreams } from './four-streams';
import { createLanes } from './lanes';

const MiB = 2 ** 20;

const random = randomSource(5);
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => random(256));
}
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Counts what goes through the kernel. */
function counted() {
  const kernel = fourStreams();
  if (!kernel) throw new Error('Node has SIMD');
  const calls: number[] = [];
  const lanes = createLanes((states, pieces) => {
    calls.push(states.length);
    kernel(states, pieces);
  });
  return { lanes, calls };
}

describe('SHA-256 of several streams at once', () => {
  it.each([
    [[1]],
    [[5 * MiB + 3, 9 * MiB]],
    [[0, 63, 64]],
    [[4 * MiB, 4 * MiB, 4 * MiB + 64, 9 * MiB + 1]],
    [[70_000, 5 * MiB, 130, 1, 4 * MiB - 1, 6 * MiB]],
  ])('of %o bytes', async (lengths) => {
    const all = lengths.map(bytesOf);
    const { lanes, calls } = counted();
    const sums = await Promise.all(all.map((bytes) => hashBlob(new Blob([bytes]), { lanes })));
    expect(sums).toEqual(all.map(sumOf));
    const together = lengths.filter((length) => length >= 64).length > 1;
    expect(calls.length > 0).toBe(together);
    expect(Math.max(0, ...calls)).toBeLessThanOrEqual(4);
  });

  it('goes on from where hash-wasm was, and hash-wasm from where it was', async () => {
    const all = [bytesOf(9 * MiB + 7), bytesOf(9 * MiB + 7)];
    const { lanes, calls } = counted();
    const stops = all.map(() => new AbortController());
    const states: { bytesDone: number; state: Uint8Array }[] = [];
    const begun = all.map((bytes, i) =>
      hashBlob(new Blob([bytes]), {
        lanes,
        signal: stops[i]?.signal,
        onProgress(bytesDone, _total, state) {
          states[i] = { bytesDone, state: state() };
          stops[i]?.abort(new Error('later'));
        },
      }),
    );
    for (const one of begun) await expect(one).rejects.toThrow('later');
    expect(calls).not.toEqual([]);
    const alone = await hashBlob(new Blob(all.slice(0, 1)), { resume: states[0] });
    expect(alone).toBe(sumOf(all[0] ?? new Uint8Array()));
    const both = await Promise.all(
      all.map((bytes, i) => hashBlob(new Blob([bytes]), { lanes, resume: states[i] })),
    );
    expect(both).toEqual(all.map(sumOf));
  });

  it('waits for nobody who has failed or was stopped', async () => {
    const [one, two] = [bytesOf(9 * MiB), bytesOf(9 * MiB)];
    const { lanes } = counted();
    const gone = new Blob([two ?? '']);
    gone.stream = () => {
      throw new DOMException('It is gone.', 'NotReadableError');
    };
    gone.slice = () => gone;
    const stop = new AbortController();
    const outcomes = await Promise.allSettled([
      hashBlob(new Blob([one ?? '']), { lanes }),
      hashBlob(gone, { lanes }),
      hashBlob(new Blob([two ?? '']), {
        lanes,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error('stopped')),
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      expect.any(String),
      'rejected',
    ]);
    expect(outcomes[0]).toMatchObject({ value: sumOf(one ?? new Uint8Array()) });
  });

  it('hashes as ever where there is no kernel, or no lane left', async () => {
    const bytes = bytesOf(100);
    expect(await hashBlob(new Blob([bytes]), { lanes: createLanes(null) })).toBe(sumOf(bytes));
    const lanes = createLanes();
    const taken = Array.from({ length: 5 }, () => lanes.join());
    expect(taken.map((lane) => lane !== null)).toEqual([true, true, true, true, false]);
  });
});
