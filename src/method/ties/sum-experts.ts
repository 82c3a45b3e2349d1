/**
 * Adding up one value of every expert in torch's order: `sum(dim=0)` goes from left to right within blocks of 16, adds
 * up the blocks, and adds those to what is left over. Up to 17 experts that is from left to right.
 * Source: PyTorch `aten/src/ATen/native/cpu/SumKernel.cpp`, `multi_row_sum`. What it does at the ragged end of a thread's
 * share of a vector (from five experts on, a few dozen positions) depends on processor and threads, and is left out.
 */
import type { TensorBackend, TensorBuffer } from '../../runtime/types';
import { withBuffers } from '../task-vectors';

/** The next level of the cascade begins at 16 blocks. */
const BLOCK = 16;

/** Adds to `sum`, zeros so far, what `add` contributes for each expert from 0 to `count - 1`. */
export async function sumExperts(
  backend: TensorBackend,
  sum: TensorBuffer,
  count: number,
  add: (sum: TensorBuffer, expert: number) => void | Promise<void>,
): Promise<void> {
  const whole = count > BLOCK ? count - (count % BLOCK) : 0;
  await withBuffers(backend, sum.length, whole > 0 ? 1 : 0, async ([blocks]) => {
    for (let start = 0; blocks && start < whole; start += BLOCK) {
      await withBuffers(backend, sum.length, 1, async ([block]) => {
        if (!block) return;
        for (let k = 0; k < BLOCK; k++) await add(block, start + k);
        backend.addScaled(blocks, block, 1, false);
      });
    }
    for (let expert = whole; expert < count; expert++) await add(sum, expert);
    if (blocks) backend.addScaled(sum, blocks, 1, false);
  });
}
