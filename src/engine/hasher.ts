/**
 * SHA-256 of every model's weights, computed when nothing else is: it stops as soon as there is something to score, and
 * goes on from the same byte later, in this visit or in the next.
 */
import { hashBlob } from '../checkpoint/hash-blob';
import type { NamedBlob } from '../checkpoint/types';
import type { Library } from '../storage/types';
import type { ModelFacts, PartialHash, ShelvedModel } from './model-shelf';

export interface Hasher {
  /** Goes on with what is not hashed yet; no-op while it runs. */
  resume(): void;
  /** Stops within a few milliseconds and remembers how far it came. */
  pause(): void;
}

/** `onHashed` is called after each model, with its sum remembered in the library's facts. */
export function createHasher(
  library: Library,
  models: () => Iterable<ShelvedModel>,
  onHashed: (id: string, sha256: string) => void,
): Hasher {
  let running: AbortController | null = null;

  const hashAll = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const next = [...models()].find(({ sha256 }) => sha256 === undefined);
      if (!next || signal.aborted) return;
      onHashed(next.entry.id, await hashModel(library, next, signal));
    }
  };

  return {
    resume() {
      if (running) return;
      const controller = new AbortController();
      running = controller;
      hashAll(controller.signal)
        // Stopped, or unreadable: whoever reads the weights for the merge will say so.
        .catch(() => undefined)
        .finally(() => {
          if (running === controller) running = null;
        });
    },
    pause() {
      running?.abort();
      running = null;
    },
  };
}

/**
 * Hashes one model's weights, from where an earlier attempt came to, and remembers the sum, or on an abort how far it came.
 * Rejects with the signal's reason, or with what reading the file says.
 */
export async function hashModel(
  library: Library,
  { entry, files }: ShelvedModel,
  signal: AbortSignal,
  report?: (done: number, total: number) => void,
): Promise<string> {
  const remember = (changes: Partial<ModelFacts>) =>
    library.setFacts(entry.id, (facts) => ({ ...(facts as ModelFacts), ...changes }));
  const stored = (await library.listModels()).find(({ id }) => id === entry.id);
  const partial = (stored?.facts as ModelFacts | undefined)?.partialHash;
  let reached: (() => PartialHash) | null = null;
  try {
    const sha256 = await hashBlob(weightsBlob(files), {
      signal,
      resume: partial && { bytesDone: partial.bytesDone, state: fromBase64(partial.state) },
      onProgress: (bytesDone, bytesTotal, state) => {
        report?.(bytesDone, bytesTotal);
        reached = () => ({ bytesDone, state: toBase64(state()) });
      },
    });
    await remember({ sha256, partialHash: undefined });
    return sha256;
  } catch (error) {
    const point = reached as (() => PartialHash) | null;
    if (signal.aborted && point) await remember({ partialHash: point() });
    throw error;
  }
}

/** The weights as one Blob: the file itself, or its shards one after the other. */
function weightsBlob(files: readonly NamedBlob[]): Blob {
  const weights = files.filter(({ name }) => !name.endsWith('.json'));
  return new Blob(weights.map(({ blob }) => blob));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
