/**
 * The merged vector as a LoRA in PEFT's layout: for each linear layer of the vision tower the nearest `B A` of a rank to what
 * merging changes. All factors are in memory before anything is written, for the card beside them says how near they are.
 */

import { elementCount } from '../../checkpoint/data-length';
import { encodeFloat32, type OutputDtype } from '../../checkpoint/dtype';
import type { WritableTensor } from '../../checkpoint/safetensors/encode-safetensors';
import type { ClipModel } from '../../clip/types';
import { ConfigError } from '../../errors';
import { eachAtOnce } from '../../method/matrices/each-at-once';
import { createMatrixJobsHere, type MatrixJobs } from '../../method/matrices/jobs';
import type { MergedValues } from '../../method/merged-values';
import { type LowRank, readLowRank } from '../../method/spectral/low-rank';
import { readVisionTensor } from '../../method/vision-tensor';
import { mergedNames } from '../../modelpool/judge';
import type { ExportChoice } from './formats';
import type { HubModel } from './hub-names';
import type { LeftOut, LowRankReport } from './low-rank-report';

export interface LowRankUpdate {
  readonly factors: readonly ModuleFactors[];
  readonly report: LowRankReport;
}

export interface ModuleFactors extends LowRank {
  /** Canonical, without `.weight`. */
  readonly module: string;
}

interface UpdateInput {
  readonly pretrained: ClipModel;
  readonly merged: MergedValues;
  readonly choice: Pick<ExportChoice, 'rank' | 'dtype'>;
  readonly matrices?: MatrixJobs | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The linear layers; all else a LoRA has no place for here. */
const LINEAR = /^(encoder\.layers\.\d+\.(?:self_attn\.(?:[qkv]|out)_proj|mlp\.fc[12]))\.weight$/;

const KINDS: readonly { readonly what: string; readonly of: RegExp }[] = [
  { what: 'the patch embedding, a convolution', of: /^embeddings\.patch_embedding\./ },
  { what: 'the position and class embeddings', of: /^embeddings\./ },
  { what: 'biases and norms, which have one dimension', of: /./ },
];

/**
 * @throws ConfigError where the rank is no rank of these matrices, DeviceError where there is no memory, and the signal's reason
 */
export async function lowRankUpdate(input: UpdateInput): Promise<LowRankUpdate> {
  const { pretrained, merged, choice, signal, onProgress } = input;
  const { rank } = choice;
  const most = pretrained.vision.hiddenSize;
  if (!Number.isInteger(rank) || rank < 1 || rank > most) {
    throw new ConfigError(
      `The rank of a LoRA for ${pretrained.name} is a whole number from 1 to ${most}, not ${rank}.`,
    );
  }
  const matrices = input.matrices ?? createMatrixJobsHere();
  const dtype = adapterDtype(choice);
  const names = mergedNames(pretrained);
  const linear = names.filter((name) => LINEAR.test(name));
  const change = async (name: string) => {
    signal.throwIfAborted();
    const after = await merged(name);
    const before = await readVisionTensor(pretrained, name);
    for (let i = 0; i < after.length; i++) after[i] = (after[i] as number) - (before[i] as number);
    return after;
  };
  const factors = new Map<string, ModuleFactors>();
  await eachAtOnce(linear, matrices.atOnce, signal, async (name, wanted) => {
    const tensor = pretrained.visionTensors.get(name);
    const [rows = 0, columns = 0] = tensor?.shape ?? [];
    const shape = { rows, columns };
    // Before it is its turn: what is merged may have to be worked on there itself.
    const tensors = [await change(name)];
    const packed = await matrices.run(
      async () => ({ work: { kind: 'low rank', rank, dtype }, shape, tensors }),
      wanted,
    );
    factors.set(name, {
      module: LINEAR.exec(name)?.[1] ?? name,
      ...readLowRank(packed, shape, rank),
    });
    onProgress?.(factors.size, linear.length);
  });

  const ordered = linear.flatMap((name) => factors.get(name) ?? []);
  const lost = new Map<string, { parameters: number; squares: number }>();
  for (const name of names) {
    if (LINEAR.test(name)) continue;
    const what = KINDS.find(({ of }) => of.test(name))?.what ?? '';
    const { parameters, squares } = lost.get(what) ?? { parameters: 0, squares: 0 };
    const values = await change(name);
    lost.set(what, {
      parameters: parameters + values.length,
      squares: squares + values.reduce((sum, value) => sum + value ** 2, 0),
    });
  }
  return { factors: ordered, report: reportOf(rank, ordered, lost) };
}

function reportOf(
  rank: number,
  factors: readonly ModuleFactors[],
  lost: ReadonlyMap<string, { readonly parameters: number; readonly squares: number }>,
): LowRankReport {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const held = sum(factors.map(({ squares }) => squares));
  const error = sum(factors.map(({ squaredError }) => squaredError));
  const outside = sum([...lost.values()].map(({ squares }) => squares));
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    rank,
    matrices: factors.map(({ module, squares, squaredError }) => ({
      module,
      error: Math.sqrt(share(squaredError, squares)),
    })),
    error: Math.sqrt(share(error, held)),
    wholeError: Math.sqrt(share(error + outside, held + outside)),
    leftOut: KINDS.flatMap(({ what }): LeftOut[] => {
      const found = lost.get(what);
      if (!found) return [];
      const { parameters, squares } = found;
      return [{ what, parameters, share: share(squares, held + outside) }];
    }),
  };
}

/** PEFT keeps adapters in float32 whatever the base is. */
function adapterDtype({ dtype }: Pick<ExportChoice, 'dtype'>): OutputDtype {
  return dtype === 'base' ? 'F32' : dtype;
}

/** Modules by their names in `CLIPModel`, or in `CLIPVisionModel` as transformers 5 has it. */
export function adapterTensors(
  factors: readonly ModuleFactors[],
  { content, dtype, rank }: Pick<ExportChoice, 'content' | 'dtype' | 'rank'>,
): WritableTensor[] {
  const written = adapterDtype({ dtype });
  const prefix = `base_model.model.${content === 'clip' ? 'vision_model.' : ''}`;
  const tensor = (
    name: string,
    shape: readonly number[],
    values: Float32Array<ArrayBuffer>,
  ): WritableTensor => ({
    name,
    dtype: written,
    shape,
    byteLength: elementCount(shape) * (written === 'F32' ? 4 : 2),
    read: async () => encodeFloat32(values.slice(), written),
  });
  return factors.flatMap(({ module, a, b }) => [
    tensor(`${prefix}${module}.lora_A.weight`, [rank, a.length / rank], a),
    tensor(`${prefix}${module}.lora_B.weight`, [b.length / rank, rank], b),
  ]);
}

/** PEFT's `LoraConfig` (0.21.2): a scale of 1, so that `B A` is what is added. */
export function adapterConfigText(
  { content, rank }: Pick<ExportChoice, 'content' | 'rank'>,
  hub: HubModel | undefined,
): string {
  const tower = content === 'clip' ? 'vision_model\\.' : '';
  const config = {
    peft_type: 'LORA',
    task_type: null,
    auto_mapping: {
      base_model_class: content === 'clip' ? 'CLIPModel' : 'CLIPVisionModel',
      parent_library: 'transformers.models.clip.modeling_clip',
    },
    base_model_name_or_path: hub?.repository ?? null,
    revision: hub?.commit ?? null,
    inference_mode: true,
    r: rank,
    lora_alpha: rank,
    lora_dropout: 0,
    // A text is a regular expression of the whole path: where it finds no module PEFT says so.
    target_modules: `${tower}encoder\\.layers\\.\\d+\\.(self_attn\\.(q|k|v|out)_proj|mlp\\.fc[12])`,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    use_rslora: false,
    use_dora: false,
    modules_to_save: null,
    rank_pattern: {},
    alpha_pattern: {},
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
