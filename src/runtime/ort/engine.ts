/**
 * ONNX Runtime behind the `OrtEngine` contract: one module (wasm, WebGPU or native build), one mutex, however many engines are
 * made of it. ONNX Runtime allows no concurrent create, run or release within a module (asyncify; its WebGPU provider says ConcurrentRunSupported false).
 */
import type * as Ort from 'onnxruntime-web';
import { DeviceError } from '../../errors';
import { createMutex, type Mutex } from '../mutex';
import type { OrtEngine, OrtFeed, OrtSession, TensorBuffer } from '../types';
import { failureReason } from './failure-reason';

/** What all builds have in common. */
export type OrtModule = Pick<typeof Ort, 'Tensor' | 'InferenceSession'>;

export interface OrtBuild {
  readonly module: OrtModule;
  readonly provider: OrtEngine['provider'];
  readonly threads: number;
  readonly options: Ort.InferenceSession.SessionOptions;
  /** Makes ONNX Runtime's view of one of the runtime's own buffers, without a copy. */
  tensorOf(buffer: TensorBuffer, dims: readonly number[]): Ort.Tensor;
  /** The numbers of one of the runtime's own buffers, where sessions gain by holding them. */
  dataOf?(buffer: TensorBuffer): Float32Array;
  /** Outputs are copies already, each in memory of its own. */
  readonly copiesOutputs?: boolean;
  /** A session could not be made. */
  onSessionFailure?(): void;
}

const mutexes = new WeakMap<OrtModule, Mutex>();

export function createOrtEngine(build: OrtBuild): OrtEngine {
  const { module, provider, threads } = build;
  const mutex = mutexes.get(module) ?? createMutex();
  mutexes.set(module, mutex);

  const toTensor = (feed: OrtFeed): Ort.Tensor => {
    if ('buffer' in feed) return build.tensorOf(feed.buffer, feed.dims);
    const { data, dims } = feed;
    if (data instanceof Float32Array) return new module.Tensor('float32', data, dims);
    if (data instanceof Int32Array) return new module.Tensor('int32', data, dims);
    return new module.Tensor('int64', data, dims);
  };

  const wrap = (session: Ort.InferenceSession): OrtSession => ({
    run: (feeds) =>
      mutex.run(async () => {
        const tensors = Object.fromEntries(
          Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)]),
        );
        const results = await explain(() => session.run(tensors), 'run', provider);
        return Object.fromEntries(
          Object.entries(results).map(([name, tensor]) => {
            const data = tensor.data as Float32Array<ArrayBuffer>;
            const values = build.copiesOutputs ? data : new Float32Array(data);
            tensor.dispose();
            return [name, values];
          }),
        );
      }),
    release: () => mutex.run(() => session.release()),
  });

  return {
    provider,
    threads,
    holdsWeights: build.dataOf !== undefined,
    createSession: (model, held) =>
      mutex.run(async () => {
        const create = () =>
          module.InferenceSession.create(model, { ...build.options, ...outside(build, held) });
        try {
          return wrap(await explain(create, 'prepare', provider));
        } catch (error) {
          build.onSessionFailure?.();
          throw error;
        }
      }),
  };
}

/** The option that gives a graph what lies outside of it, each in a file of its name. */
function outside(
  { dataOf }: OrtBuild,
  held: ReadonlyMap<string, TensorBuffer> | undefined,
): Pick<Ort.InferenceSession.SessionOptions, 'externalData'> {
  if (held === undefined) return {};
  if (dataOf === undefined) throw new RangeError('Sessions of this engine hold no weights.');
  return {
    externalData: Array.from(held, ([path, buffer]) => ({ path, data: bytesOf(dataOf(buffer)) })),
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** ONNX Runtime throws bare numbers and terse strings: say what was being done and where. */
async function explain<T>(work: () => Promise<T>, verb: string, provider: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = failureReason(cause);
    throw new DeviceError(`ONNX Runtime (${provider}) could not ${verb} the graph: ${reason}.`, {
      cause,
    });
  }
}
