/**
 * Experts that stay on the backend, whole and in float32, so that a merge in which each counts otherwise reads no file. As many
 * of them as there is room for: what is not there is read from its file as ever.
 */
import { elementCount } from '../checkpoint/data-length';
import type { ClipModel } from '../clip/types';
import type { TensorBackend, TensorBuffer } from '../runtime/types';
import { fillWithTensor, type ResidentModel } from './vision-tensor';

/** A model and what tells it from all others. */
interface Known {
  readonly text: string;
  readonly model: ClipModel;
}

interface HoldOptions {
  /** Canonical names of the tensors that are merged. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Tensors that are there, of all that there is room for. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface ResidentExperts {
  /** These experts, in their order. What is read stays where the signal ends the reading: the next call goes on from there. */
  hold(experts: readonly Known[], options: HoldOptions): Promise<ClipModel[]>;
  free(): void;
}

/** Four ViT-B/32, or whatever takes as much. */
const ROOM_BYTES = 1_500_000_000;

/** One is waited for while others are unpacked. */
const READS_AT_ONCE = 3;

export function createResidentExperts(
  backend: TensorBackend,
  roomBytes = ROOM_BYTES,
): ResidentExperts {
  const held = new Map<string, Map<string, TensorBuffer>>();
  /** Those that there turned out to be no room for. */
  const refused = new Set<string>();

  const letGo = (text: string): void => {
    for (const buffer of held.get(text)?.values() ?? []) backend.free(buffer);
    held.delete(text);
  };

  const missingOf = ({ text }: Known, names: readonly string[]): readonly string[] =>
    names.filter((name) => !held.get(text)?.has(name));

  /** Reads what is missing of a model; false where it is not to be had. */
  const fetch = async (
    expert: Known,
    { names, signal }: HoldOptions,
    onTensor: () => void,
  ): Promise<boolean> => {
    const { text, model } = expert;
    const missing = missingOf(expert, names).values();
    const tensors = held.get(text) ?? new Map<string, TensorBuffer>();
    held.set(text, tensors);
    const read = async (): Promise<void> => {
      for (const name of missing) {
        signal.throwIfAborted();
        const buffer = backend.allocate(lengthOf(model, name));
        try {
          await fillWithTensor(backend, buffer, model, name);
        } catch (error) {
          backend.free(buffer);
          throw error;
        }
        tensors.set(name, buffer);
        onTensor();
      }
    };
    // All are waited for, so that nothing is written any more where one of them failed.
    const outcomes = await Promise.allSettled(Array.from({ length: READS_AT_ONCE }, read));
    signal.throwIfAborted();
    if (outcomes.every(({ status }) => status === 'fulfilled')) return true;
    letGo(text);
    return false;
  };

  /** Those that there is room for; who is out of the sum for a moment stays as long as these leave room. */
  const choose = (experts: readonly Known[], names: readonly string[]): Known[] => {
    let room = roomBytes;
    const distinct = new Map(experts.map((expert) => [expert.text, expert]));
    const chosen = [...distinct.values()].filter(({ text, model }) => {
      const bytes = bytesOf(model, names);
      if (refused.has(text) || bytes > room) return false;
      room -= bytes;
      return true;
    });
    for (const [text, tensors] of [...held].toReversed()) {
      if (chosen.some((expert) => expert.text === text)) continue;
      room -= [...tensors.values()].reduce((sum, { length }) => sum + 4 * length, 0);
      if (room < 0) letGo(text);
    }
    return chosen;
  };

  return {
    async hold(experts, options) {
      const { names, onProgress } = options;
      const chosen = choose(experts, names);
      const needed = chosen.filter((expert) => missingOf(expert, names).length > 0);
      const bytes = needed.reduce(
        (sum, expert) => sum + bytesOf(expert.model, missingOf(expert, names)),
        0,
      );
      const isRoom =
        bytes === 0 ||
        (await backend.reserve(bytes).then(
          () => true,
          () => false,
        ));
      const total = chosen.length * names.length;
      let done = total - needed.reduce((sum, one) => sum + missingOf(one, names).length, 0);
      for (const expert of needed) {
        if (isRoom && (await fetch(expert, options, () => onProgress(++done, total)))) continue;
        letGo(expert.text);
        refused.add(expert.text);
      }
      return experts.map(({ text, model }): ClipModel | ResidentModel => {
        const resident = held.get(text);
        return resident ? { ...model, resident } : model;
      });
    },
    free() {
      for (const text of [...held.keys()]) letGo(text);
    },
  };
}

function bytesOf(model: ClipModel, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + 4 * lengthOf(model, name), 0);
}

function lengthOf({ visionTensors }: ClipModel, name: string): number {
  return elementCount(visionTensors.get(name)?.shape ?? [0]);
}
