/** Philox4x32-10 as its paper writes it down, in 64-bit integers: what the backends' 32-bit arithmetic is held to. */
const MULTIPLIERS = [0xd2511f53n, 0xcd9e8d57n] as const;
const WEYL = [0x9e3779b9n, 0xbb67ae85n] as const;
const ROUNDS = 10n;
const WORD = 0xffffffffn;

/** Four random words for a counter of four words and a key of two. */
export function philoxDefinition(counter: readonly number[], key: readonly number[]): number[] {
  let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  const [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0n; round < ROUNDS; round++) {
    const product0 = MULTIPLIERS[0] * x0;
    const product1 = MULTIPLIERS[1] * x2;
    const roundKey0 = (k0 + round * WEYL[0]) & WORD;
    const roundKey1 = (k1 + round * WEYL[1]) & WORD;
    [x0, x1, x2, x3] = [
      (product1 >> 32n) ^ x1 ^ roundKey0,
      product1 & WORD,
      (product0 >> 32n) ^ x3 ^ roundKey1,
      product0 & WORD,
    ];
  }
  return [x0, x1, x2, x3].map(Number);
}
