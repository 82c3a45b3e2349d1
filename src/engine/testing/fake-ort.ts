/**
 * Test support: ONNX Runtime without ONNX. Its embeddings are a cheap function of everything that is fed in, so that other
 * weights, other pictures or other prompts make other scores; and it counts the sessions that are alive.
 */
import { gramSteps } from '../../clip/onnx/vision-steps';
import { patchCount } from '../../clip/tensor-names';
import type { OrtModule } from '../../runtime/ort/engine';
import type { LoadWasm } from '../../runtime/ort/wasm';
import { MICRO } from './micro';

export interface FakeOrt {
  readonly load: LoadWasm;
  /** Sessions that were created and not released. */
  readonly alive: () => number;
  /** Batches of pictures that were run. */
  readonly pictureRuns: () => number;
}

interface FakeTensor {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
  dispose(): void;
}

type Feeds = Readonly<Record<string, FakeTensor>>;

/** With the class token. */
const TOKENS = patchCount(MICRO.vision) + 1;

/** @param turn - is waited for before every answer */
export function fakeOrt(turn: (label: string) => Promise<void>): FakeOrt {
  let alive = 0;
  let pictureRuns = 0;
  class Tensor implements FakeTensor {
    readonly data;
    readonly dims;
    constructor(_type: string, data: FakeTensor['data'], dims: readonly number[]) {
      this.data = data;
      this.dims = dims;
    }
    dispose(): void {}
  }
  const create = async () => {
    await turn('session');
    alive++;
    let released = false;
    return {
      async run(feeds: Feeds) {
        if (released) throw new Error('this session was released');
        const output = compute(feeds);
        if ('patches' in feeds) pictureRuns++;
        await turn('run');
        return output;
      },
      async release() {
        if (released) throw new Error('this session was released before');
        released = true;
        alive--;
      },
    };
  };
  const compute = (feeds: Feeds): Record<string, FakeTensor> => {
    const dimension = MICRO.projectionDim;
    const { patches, embeddings, ...others } = feeds;
    if (!embeddings && !('visual_projection.weight' in feeds)) return computeLayer(feeds);
    const input = (patches ?? embeddings)?.data ?? new Float32Array(0);
    const batch = patches ? (patches.dims[0] ?? 0) / 4 : (feeds.pool_rows?.data.length ?? 0);
    const mix = mixOf(others);
    const values = new Float32Array(batch * dimension);
    const each = input.length / batch;
    for (let b = 0; b < batch; b++) {
      for (let d = 0; d < dimension; d++) {
        let sum = mix[d] ?? 0;
        for (let i = 0; i < each; i++) {
          const weight = mix[(i + d * 7) % mix.length] ?? 0;
          sum += Number(input[b * each + i] ?? 0) * weight;
        }
        values[b * dimension + d] = sum;
      }
    }
    const tensor = new Tensor('float32', values, [batch, dimension]);
    return { [patches ? 'image_embeds' : 'text_embeds']: tensor };
  };
  /** A step of the tower that is run for what goes into its linear layers: it has the names of the real graphs. */
  const computeLayer = ({ patches, residual, normed, ...weights }: Feeds) => {
    const width = MICRO.vision.hiddenSize;
    const rows = patches
      ? (TOKENS * (patches.dims[0] ?? 0)) / (TOKENS - 1)
      : (normed?.dims[0] ?? 0);
    const { first, layer } = gramSteps(MICRO.vision, rows / TOKENS);
    const mix = mixOf(weights);
    const given = (patches ?? residual)?.data ?? [];
    const state = Float32Array.from({ length: rows * width }, (_, i) => {
      const from = Math.floor((i * given.length) / (rows * width));
      return Math.sin(Number(given[from] ?? 0) + (mix[i % 16] ?? 0));
    });
    const gram = () => {
      const sum = new Float32Array(width * width);
      for (let i = 0; i < sum.length; i++) {
        const [a, b] = [Math.floor(i / width), i % width];
        for (let row = 0; row < rows; row++) {
          const at = (column: number) => Number(normed?.data[row * width + column] ?? 0);
          sum[i] = (sum[i] ?? 0) + at(a) * at(b);
        }
        // Few tokens say little: whatever they are, it is to have an inverse.
        if (a === b) sum[i] = (sum[i] ?? 0) + 1;
      }
      return sum;
    };
    const names = (patches ? first : layer).state;
    const outputs: Record<string, FakeTensor> = {};
    const put = (name: string, data: Float32Array, dims: readonly number[]) => {
      outputs[name] = new Tensor('float32', data, dims);
    };
    put(names.residual, state, [rows, width]);
    put(names.normed, state.slice(), [rows, width]);
    if (!patches) {
      for (const name of Object.values(layer.grams)) put(name, gram(), [width, width]);
    }
    return outputs;
  };
  return {
    load: async () => {
      await turn('load');
      // The engine uses no more of the module than this.
      return {
        module: { InferenceSession: { create }, Tensor } as unknown as OrtModule,
        threads: 1,
      };
    },
    alive: () => alive,
    pictureRuns: () => pictureRuns,
  };
}

/** 16 numbers that every weight has a part in. */
function mixOf(feeds: Feeds): number[] {
  const mix = new Array<number>(16).fill(0.1);
  let place = 0;
  for (const name of Object.keys(feeds).sort()) {
    if (name === 'pool_rows' || name === 'attention_bias') continue;
    for (const value of feeds[name]?.data ?? []) {
      mix[place % 16] = (mix[place % 16] ?? 0) + Number(value) * (1 + (place % 5));
      place++;
    }
  }
  return mix;
}
