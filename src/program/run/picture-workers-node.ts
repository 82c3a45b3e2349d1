/** Threads that decode, resize and crop pictures while the main one scores, which native code and wasm keep busy all along. */
import { availableParallelism } from 'node:os';
import { type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { preparePicture } from '../../clip/prepare-picture';
import type { ProcessorConfig, RgbImage } from '../../clip/types';
import { DeviceError, FormatError } from '../../errors';
import type { PictureHelpers } from '../../taskpool/patch-source';
import { builtProgram } from './built-program-node';

/** The program of each thread: `src/cli/picture-worker.ts`. */
const PROGRAM = 'picture-worker.js';

/** About what it takes to start the threads and to load the decoders there. */
const PATIENCE_MS = 200;

const MAX_THREADS = 8;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly bytes: ArrayBuffer;
  readonly processor: ProcessorConfig;
}

const answerSchema = v.object({
  id: v.number(),
  outcome: v.variant('kind', [
    v.object({
      kind: v.literal('image'),
      width: v.number(),
      height: v.number(),
      data: v.instance(Uint8Array),
    }),
    v.object({ kind: v.literal('bad file'), file: v.string(), reason: v.string() }),
    v.object({ kind: v.literal('failed'), message: v.string() }),
  ]),
});
type Answer = v.InferOutput<typeof answerSchema>;

interface Asked {
  readonly worker: Worker;
  done(image: RgbImage): void;
  failed(error: Error): void;
}

export interface PictureWorkers extends PictureHelpers {
  dispose(): Promise<void>;
}

/**
 * @param programs - the folder of the built programs
 * @returns undefined where the thread's program was not built: then pictures are prepared where they are needed
 */
export function createPictureWorkers(programs: URL | undefined): PictureWorkers | undefined {
  const program = builtProgram(programs, PROGRAM);
  if (!program) return undefined;
  const load = new Map<Worker, number>();
  const asked = new Map<number, Asked>();
  let last = 0;

  const settle = (id: number, how: (one: Asked) => void) => {
    const one = asked.get(id);
    if (!one) return;
    asked.delete(id);
    load.set(one.worker, (load.get(one.worker) ?? 1) - 1);
    how(one);
  };

  const start = () => {
    const worker = new Worker(program);
    load.set(worker, 0);
    worker.on('message', (message: unknown) => {
      const { id, outcome } = v.parse(answerSchema, message);
      settle(id, ({ done, failed }) => {
        if (outcome.kind === 'image') done(outcome);
        else if (outcome.kind === 'bad file') failed(new FormatError(outcome.file, outcome.reason));
        else failed(new DeviceError(outcome.message));
      });
    });
    worker.on('error', (cause) => {
      const error = new DeviceError(`A thread that prepares pictures failed: ${cause.message}`);
      for (const [id, one] of asked) {
        if (one.worker === worker) settle(id, ({ failed }) => failed(error));
      }
      load.delete(worker);
    });
  };

  const idlest = (): Worker => {
    if (load.size === 0) {
      for (let i = 0; i < Math.min(MAX_THREADS, availableParallelism()); i++) start();
    }
    const [[worker] = []] = [...load].sort(([, a], [, b]) => a - b);
    if (!worker) throw new DeviceError('No thread that prepares pictures could be started.');
    return worker;
  };

  return {
    patience: PATIENCE_MS,
    prepare: (name, bytes, processor) =>
      new Promise((done, failed) => {
        const worker = idlest();
        const id = ++last;
        asked.set(id, { worker, done, failed });
        load.set(worker, (load.get(worker) ?? 0) + 1);
        worker.postMessage({ id, name, bytes, processor } satisfies Question, [bytes]);
      }),
    async dispose() {
      await Promise.all([...load.keys()].map((worker) => worker.terminate()));
      load.clear();
    },
  };
}

/** What each of the threads does. */
export function answerPictures(port: MessagePort): void {
  port.on('message', async ({ id, name, bytes, processor }: Question) => {
    const outcome = await prepared(name, bytes, processor);
    const transferred: Transferable[] = outcome.kind === 'image' ? [outcome.data.buffer] : [];
    port.postMessage({ id, outcome } satisfies Answer, transferred);
  });
}

async function prepared(
  name: string,
  bytes: ArrayBuffer,
  processor: ProcessorConfig,
): Promise<Answer['outcome']> {
  try {
    const { width, height, data } = await preparePicture(
      { name, blob: new Blob([bytes]) },
      processor,
    );
    // What is transferred is lost here: it has to be the crop's alone.
    return { kind: 'image', width, height, data: data.slice() };
  } catch (error) {
    if (error instanceof FormatError) {
      return { kind: 'bad file', file: error.file, reason: error.reason };
    }
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
