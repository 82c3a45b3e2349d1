/**
 * The vision tower as one ONNX file for other programs: the nodes of `vision-graph.ts`, with their weights, from pixels, for any
 * number of pictures. Same products in the same order, so the same numbers but for what ONNX Runtime itself makes of constants.
 */
import type { OutputDtype } from '../../checkpoint/dtype';
import { CHANNELS, patchCount, VISUAL_PROJECTION } from '../tensor-names';
import type { VisionConfig } from '../types';
import { encoder, layerNorm } from './encoder';
import { createGraph, type Graph } from './graph';
import { type ElementType, modelPieces, type WeightFields } from './messages';
import { FINAL_NORM, pooled, visionInputs, wantedRows } from './vision-graph';

export interface VisionWeight {
  /** Canonical, or the projection's. */
  readonly name: string;
  readonly dtype: OutputDtype;
  readonly byteLength: number;
  /** C order, little-endian. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface VisionFile {
  /** Bytes of the whole file, known before any tensor is read. */
  readonly byteLength: number;
  /** The file from its first byte to its last, one tensor at a time. */
  chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
}

const TYPES: Readonly<Record<OutputDtype, ElementType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};
/** ONNX's number of float32, as `Cast` is told it. */
const FLOAT32 = 1;

/**
 * `pixel_values` float32 `[batch, 3, S, S]` to `image_embeds` `[batch, projectionDim]`, not normalised, or where there is no
 * projection to `pooler_output` `[batch, width]`. Weights of half precision are computed with in float32.
 *
 * @param projectionDim null where there is no projection
 * @param weights all that the tower has, in any order
 * @param metadata whatever is to be known of the file
 * @throws RangeError where a weight is missing
 */
export function visionFile(
  config: VisionConfig,
  projectionDim: number | null,
  weights: readonly VisionWeight[],
  metadata: Readonly<Record<string, string>>,
): VisionFile {
  const graph = createGraph('clip_vision', 'inside');
  const side = config.imageSize;
  graph.input('pixel_values', ['batch', CHANNELS, side, side]);
  const found = new Map(weights.map((weight) => [weight.name, weight]));
  const placed = visionInputs(config, projectionDim ?? 0)
    .filter(({ name }) => projectionDim !== null || name !== VISUAL_PROJECTION)
    .map(({ name, shape }): WeightFields & VisionWeight => {
      const weight = found.get(name);
      if (!weight) throw new RangeError(`The vision tower has no ${name}.`);
      const { dtype, byteLength, read } = weight;
      const stored = dtype === 'F32' ? name : `${name}.${TYPES[dtype]}`;
      if (stored !== name) {
        graph.node('Cast', [stored], { output: name, attributes: { to: { int: FLOAT32 } } });
      }
      return { name: stored, dims: shape, type: TYPES[dtype], dtype, byteLength, read };
    });
  const outputs = encoder(graph, {
    config,
    batch: null,
    length: patchCount(config) + 1,
    layers: 'encoder.layers',
    finalNorm: FINAL_NORM,
    hidden: embeddedPixels(graph, config),
    rows: graph.constant(wantedRows(config, 1), 'int32'),
  });
  const rows = pooled(graph, config, null, outputs);
  if (projectionDim === null) {
    graph.node('Identity', [rows], { output: 'pooler_output' });
    graph.output('pooler_output', ['batch', config.hiddenSize]);
  } else {
    graph.node('Gemm', [rows, VISUAL_PROJECTION], {
      output: 'image_embeds',
      attributes: { transB: { int: 1 } },
    });
    graph.output('image_embeds', ['batch', projectionDim]);
  }
  const pieces = modelPieces({ ...graph.fields(), metadata }, placed);
  return {
    byteLength: pieces.reduce(
      (sum, piece) => sum + (piece instanceof Uint8Array ? piece : piece.weight).byteLength,
      0,
    ),
    async *chunks() {
      for (const piece of pieces) {
        if (piece instanceof Uint8Array) yield piece;
        else {
          const { name, byteLength } = piece.weight;
          const bytes = await piece.weight.read();
          if (bytes.length !== byteLength) {
            throw new RangeError(
              `${name} was announced with ${byteLength} bytes and has ${bytes.length}`,
            );
          }
          yield bytes;
        }
      }
    },
  };
}

/** Appends what is before the first layer: pixels to tokens `[batch * length, width]`. */
function embeddedPixels(graph: Graph, config: VisionConfig): string {
  const { hiddenSize: width, patchSize: patch, imageSize } = config;
  const patches = patchCount(config);
  const across = Math.floor(imageSize / patch);
  const shape = (...dims: number[]) => graph.constant(dims, 'int64');
  const reshape = (x: string, ...dims: number[]) => graph.node('Reshape', [x, shape(...dims)]);
  const covered = across * patch;
  // What is beyond the last whole patch is not looked at.
  const pixels =
    covered === imageSize
      ? 'pixel_values'
      : graph.node('Slice', ['pixel_values', shape(0, 0), shape(covered, covered), shape(2, 3)]);
  const cut = graph.node(
    'Transpose',
    [reshape(pixels, -1, CHANNELS, across, patch, across, patch)],
    {
      attributes: { perm: { ints: [0, 2, 4, 1, 3, 5] } },
    },
  );
  const rows = graph.node(
    'Gemm',
    [reshape(cut, -1, CHANNELS * patch ** 2), 'embeddings.patch_embedding.weight'],
    { attributes: { transB: { int: 1 } } },
  );
  // The class token stands before the patches: zeros there and behind it, and one sum, so that no size of the batch is asked for.
  const tokens = graph.node('Pad', [reshape(rows, -1, patches, width), shape(0, 1, 0, 0, 0, 0)]);
  const cls = graph.node('Pad', ['embeddings.class_embedding', shape(0, 0, 0, 0, patches, 0)]);
  const offsets = graph.node('Add', [cls, 'embeddings.position_embedding.weight']);
  const positioned = graph.node('Add', [tokens, offsets]);
  return layerNorm(graph, reshape(positioned, -1, width), 'pre_layrnorm', config);
}
