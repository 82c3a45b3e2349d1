/** Test support: an engine that counts what it runs, and a cache in memory. */
import type { OrtEngine } from '../../runtime/types';
import type { ZeroShotHead } from '../head';
import type { HeadCache } from './head-cache';

export function countingEngine(engine: OrtEngine) {
  const counts = { runs: 0 };
  const counted: OrtEngine = {
    ...engine,
    async createSession(graph) {
      const session = await engine.createSession(graph);
      return {
        release: session.release,
        run(feeds) {
          counts.runs++;
          return session.run(feeds);
        },
      };
    },
  };
  return { counts, engine: counted };
}

/** With the heads it holds, by digest. */
export function memoryCache(): HeadCache & { readonly heads: Map<string, ZeroShotHead> } {
  const heads = new Map<string, ZeroShotHead>();
  return {
    heads,
    get: async ({ digest }) => heads.get(digest) ?? null,
    put: async ({ digest }, head) => void heads.set(digest, head),
  };
}

/** A head for comparing to the last bit. */
export function bitsOf({ weights, classes, dimension, logitScale }: ZeroShotHead) {
  const bits = (values: Float32Array) => [...new Uint32Array(new Float32Array(values).buffer)];
  return { classes, dimension, weights: bits(weights), scale: bits(Float32Array.of(logitScale)) };
}
