/**
 * Keeps what was combined in the library, by its key: at the next start one file is read in place of all experts'. A
 * convenience: what is damaged or gone is combined again, and nothing is said of it.
 */
import { hashBlob } from '../../checkpoint/hash-blob';
import type { Library } from '../../storage/types';
import type { Jobs } from '../jobs/jobs';
import {
  combinedOf,
  encodeCombination,
  type LoadCombination,
  loadCombination,
} from './combination-file';
import { type CombinationKey, type EngineKind, itemOf, itemsOfCombination, keyText } from './keys';
import type { MergeInputs } from './readiness';
import type { Workspace } from './workspace';

export interface Combinations {
  readonly load: LoadCombination;
  /** Writes down what is resident of this, or stops at once where something else is to be done. */
  follow(workspace: Workspace | null, inputs: MergeInputs | null, idle: boolean): void;
  /** Stops, and resolves when nothing is being written any more. */
  close(): Promise<void>;
}

/** Id of the job that writes. */
export const KEEPING = 'keep';

/** To be raised when the file changes. */
const FORMAT = 1;

/** Smaller ones are combined again in no time. */
const WORTH_KEEPING_BYTES = 50_000_000;

export interface CombinationsParts {
  readonly library: Library;
  readonly jobs: Jobs;
  /** Of this program: another may combine otherwise. */
  readonly version: string;
  /** Bytes of the smallest combination that is kept. */
  readonly from?: number | undefined;
}

interface Writing {
  readonly controller: AbortController;
  /** Never rejects. */
  ended: Promise<void>;
}

export function createCombinations({
  library,
  jobs,
  version,
  from = WORTH_KEEPING_BYTES,
}: CombinationsParts): Combinations {
  /** Those that are kept, or cannot be: not tried again in this visit. */
  const settled = new Set<string>();
  let running: { readonly controller: AbortController; readonly ended: Promise<void> } | null =
    null;

  /** What was seen in pictures differs in the last digits from engine to engine. */
  const nameOf = (key: CombinationKey, kind: EngineKind): Promise<string> =>
    hashBlob(new Blob([`${FORMAT} ${version} ${key.looksAt ? `${kind} ` : ''}${keyText(key)}`]));

  const write = async (
    workspace: Workspace,
    key: CombinationKey,
    lengths: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<void> => {
    const { byteLength, chunks } = await encodeCombination(lengths, (tensor) =>
      workspace.exclusive(async () => {
        signal.throwIfAborted();
        const resident = workspace.residence(key)?.combination;
        const buffer = resident && combinedOf(resident).get(tensor);
        if (!buffer) throw new DOMException('it is no longer resident', 'AbortError');
        return resident.backend.read(buffer);
      }),
    );
    await library.putKept({
      owner: itemOf(key.base.files),
      name: await nameOf(key, workspace.runtime.tensors.kind),
      items: itemsOfCombination(key),
      size: byteLength,
      chunks: chunks(),
      signal,
    });
  };

  const begin = (
    workspace: Workspace,
    key: CombinationKey,
    lengths: ReadonlyMap<string, number>,
  ): void => {
    const controller = new AbortController();
    const mine: Writing = { controller, ended: Promise.resolve() };
    // Before the job is listed: that tells everyone to look again.
    running = mine;
    const work = jobs.run(KEEPING, 'Keeping the combination for the next visit', (job) => {
      // Stopped by the user it is not tried again.
      job.signal.addEventListener('abort', () => settled.add(keyText(key)));
      return write(workspace, key, lengths, AbortSignal.any([job.signal, controller.signal]));
    });
    mine.ended = work
      .then(
        () => void settled.add(keyText(key)),
        (error: unknown) => {
          const isStopped = error instanceof DOMException && error.name === 'AbortError';
          if (!isStopped) settled.add(keyText(key));
        },
      )
      .finally(() => {
        running = null;
      });
  };

  const stop = (): void => {
    running?.controller.abort(new DOMException('something more urgent came', 'AbortError'));
  };

  return {
    async load({ key, base, experts, method: { method } }, backend, options) {
      if (experts.length === 0) return null;
      try {
        const blob = await library.getKept(itemOf(key.base.files), await nameOf(key, backend.kind));
        if (!blob) return null;
        const loaded = await loadCombination(blob, method.kind, base.model, backend, options);
        settled.add(keyText(key));
        return loaded;
      } catch {
        options.signal.throwIfAborted();
        return null;
      }
    },
    follow(workspace, inputs, idle) {
      if (!idle) {
        stop();
        return;
      }
      if (running || !workspace?.runtime.exactness.exact || !inputs) return;
      if (inputs.experts.length === 0 || settled.has(keyText(inputs.key))) return;
      const resident = workspace.residence(inputs.key)?.combination;
      if (!resident) return;
      const lengths = new Map(
        Array.from(combinedOf(resident), ([name, { length }]) => [name, length]),
      );
      const bytes = [...lengths.values()].reduce((sum, length) => sum + 4 * length, 0);
      if (bytes >= from) begin(workspace, inputs.key, lengths);
    },
    async close() {
      stop();
      await running?.ended;
    },
  };
}
