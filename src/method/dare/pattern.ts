import type { DropPattern } from '../../runtime/types';

/** The numbers that decide what is dropped: `docs/methods.md` says how. */
export function dropPattern(
  { seed, sparsity_ratio }: { readonly seed: number; readonly sparsity_ratio: number },
  name: string,
  expert: number,
): DropPattern {
  const hash = fnv1a(name);
  return {
    key: [Number(BigInt.asUintN(32, BigInt(seed))), Number(BigInt(seed) >> 32n)],
    stream: [expert, Number(BigInt.asUintN(32, hash)), Number(hash >> 32n)],
    limit: Math.ceil(sparsity_ratio * 2 ** 24),
  };
}

/** FNV-1a, 64 bit, of a tensor's name. Source: draft-eastlake-fnv. */
export function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
