/**
 * FusionBench's `train_validation_split`: PyTorch's `random_split` with a seeded generator, row for row.
 *
 * Source: fusion-bench 0.2.33 (`fusion_bench/utils/data.py`); PyTorch's `randperm` on the CPU, which draws from the 32-bit
 * Mersenne Twister (Matsumoto and Nishimura 1998, mt19937ar).
 */
import { ConfigError } from '../../errors';

const STATE = 624;
const SHIFT = 397;

/** Where PyTorch changes to 64-bit draws. */
const MAX_ROWS = Math.floor(2 ** 32 / 20);

/**
 * The rows of one part, in the order in which they are read.
 * @param size - of the validation part: a share of the rows, between 0 and 1, or their number
 * @throws ConfigError where no rows would be left for one of the parts
 */
export function randomSplitRows(
  rows: number,
  size: { readonly fraction: number } | { readonly rows: number },
  seed: number,
  part: 'train' | 'val',
): number[] {
  const validation = 'rows' in size ? size.rows : Math.trunc(rows * size.fraction);
  if (validation < 0 || validation >= rows || ('fraction' in size && size.fraction <= 0)) {
    throw new ConfigError(
      `${'rows' in size ? size.rows : size.fraction} of ${rows} rows cannot be set apart for validation.`,
    );
  }
  const order = randomOrder(rows, seed);
  return part === 'train' ? order.slice(0, rows - validation) : order.slice(rows - validation);
}

/** `torch.randperm(count, generator=torch.Generator().manual_seed(seed))` */
function randomOrder(count: number, seed: number): number[] {
  if (count >= MAX_ROWS) {
    throw new ConfigError(`${count} rows are more than can be split as PyTorch does.`);
  }
  const next = mersenneTwister(seed);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let i = 0; i < count - 1; i++) {
    const other = i + (next() % (count - i));
    const kept = order[i] ?? 0;
    order[i] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Draws of 32 bits. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(STATE);
  // The low 32 bits, of negative seeds as well.
  state[0] = Number(BigInt.asUintN(32, BigInt(seed)));
  for (let i = 1; i < STATE; i++) {
    const last = at(state, i - 1);
    state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
  }
  let position = STATE;
  return () => {
    if (position >= STATE) {
      twist(state);
      position = 0;
    }
    let word = at(state, position++);
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let k = 0; k < STATE; k++) {
    const word = (at(state, k) & 0x80000000) | (at(state, (k + 1) % STATE) & 0x7fffffff);
    state[k] = at(state, (k + SHIFT) % STATE) ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
  }
}

function at(state: Uint32Array, index: number): number {
  return state[index] ?? 0;
}
