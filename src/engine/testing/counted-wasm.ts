/** Test support: ONNX Runtime's wasm build, whose runs are counted. */
import type { LoadWasm } from '../../runtime/ort/wasm';

type Wasm = Awaited<ReturnType<LoadWasm>>;
type Create = Wasm['module']['InferenceSession']['create'];

export interface CountedWasm {
  readonly load: LoadWasm;
  /** Batches of prompts that were run so far. */
  textRuns(): number;
  /** Batches of pictures that were run so far. */
  visionRuns(): number;
  /** Calls `listener` before every batch of prompts from now on. */
  onTextRun(listener: () => void): void;
}

export function countedWasm(load: LoadWasm): CountedWasm {
  let runs = 0;
  let visionRuns = 0;
  let heard = () => {};
  return {
    textRuns: () => runs,
    visionRuns: () => visionRuns,
    onTextRun(listener) {
      heard = listener;
    },
    async load() {
      const { module, threads } = await load();
      const create = async (...args: Parameters<Create>) => {
        const session = await module.InferenceSession.create(...args);
        const run = session.run.bind(session);
        const counted: typeof session.run = (feeds: Parameters<typeof run>[0]) => {
          if ('pool_rows' in feeds) {
            runs++;
            heard();
          } else visionRuns++;
          return run(feeds);
        };
        return Object.assign(session, { run: counted });
      };
      const InferenceSession = { create } as Wasm['module']['InferenceSession'];
      return { module: { ...module, InferenceSession }, threads };
    },
  };
}
