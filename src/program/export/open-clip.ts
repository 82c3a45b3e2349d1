/**
 * A merged CLIP by OpenCLIP's names: what `clip/layout/open-clip.ts` reads, the other way round. Queries, keys and values are one
 * tensor again, both projections lie as OpenCLIP has them; no number changes.
 */
import type { WritableTensor } from '../../checkpoint/safetensors/encode-safetensors';
import { transposeBytes } from '../../clip/layout/derived';
import { LAYER_NAMES, TEXT_NAMES, VISION_NAMES } from '../../clip/layout/open-clip';
import { LOGIT_SCALE, TEXT_PROJECTION, VISUAL_PROJECTION } from '../../clip/tensor-names';
import { CompatibilityError } from '../../errors';

type Names = Readonly<Partial<Record<string, string>>>;

const inverse = (names: Readonly<Record<string, string>>): Names =>
  Object.fromEntries(Object.entries(names).map(([own, huggingFace]) => [huggingFace, own]));

const VISION = inverse(VISION_NAMES);
const TEXT = inverse(TEXT_NAMES);
const LAYER = inverse(LAYER_NAMES);

const LAYERED = /^(vision|text)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)$/;
const FUSED = /^self_attn\.([qkv])_proj$/;

/**
 * @param tensors of a merged file by Hugging Face's names, the vision tower's behind `vision_model.`
 * @throws CompatibilityError where one has no place in OpenCLIP's CLIP
 */
export function openClipTensors(tensors: readonly WritableTensor[]): WritableTensor[] {
  const out: WritableTensor[] = [];
  const fused = new Map<string, Map<string, WritableTensor>>();
  for (const tensor of tensors) {
    // OpenCLIP counts its positions itself.
    if (tensor.name.endsWith('.position_ids')) continue;
    const [, tower, layer, module = '', kind] = LAYERED.exec(tensor.name) ?? [];
    const block = `${tower === 'vision' ? 'visual.' : ''}transformer.resblocks.${layer}`;
    const part = FUSED.exec(module)?.[1];
    if (part !== undefined) {
      const name = `${block}.attn.in_proj_${kind}`;
      const parts = fused.get(name) ?? new Map<string, WritableTensor>();
      fused.set(name, parts.set(part, tensor));
    } else if (layer !== undefined && LAYER[module] !== undefined) {
      out.push({ ...tensor, name: `${block}.${LAYER[module]}.${kind}` });
    } else out.push(outsideLayers(tensor));
  }
  for (const [name, parts] of fused) out.push(joinedRows(name, parts));
  return out;
}

function outsideLayers(tensor: WritableTensor): WritableTensor {
  const { name } = tensor;
  if (name === VISUAL_PROJECTION) return transposed(tensor, 'visual.proj');
  if (name === TEXT_PROJECTION) return transposed(tensor, 'text_projection');
  if (name === LOGIT_SCALE) return tensor;
  const vision = name.startsWith('vision_model.') ? name.slice('vision_model.'.length) : '';
  const own = VISION[vision];
  if (own !== undefined) return { ...tensor, name: `visual.${own}` };
  const text = TEXT[name];
  if (text !== undefined) return { ...tensor, name: text };
  throw new CompatibilityError(
    `${name} has no place in OpenCLIP's CLIP. Download it for transformers, or the vision tower alone.`,
  );
}

function transposed(tensor: WritableTensor, name: string): WritableTensor {
  const [rows = 0, columns = 0] = tensor.shape;
  return {
    ...tensor,
    name,
    shape: [columns, rows],
    read: async () => transposeBytes(await tensor.read(), rows, columns),
  };
}

/** Queries, keys and values one below the other. */
function joinedRows(name: string, parts: ReadonlyMap<string, WritableTensor>): WritableTensor {
  const blocks = ['q', 'k', 'v'].flatMap((part) => parts.get(part) ?? []);
  const [first] = blocks;
  if (!first || blocks.length < 3 || blocks.some(({ dtype }) => dtype !== first.dtype)) {
    throw new CompatibilityError(
      `${name} cannot be put together: queries, keys and values are not all there, or of several element types. Choose float32 or float16.`,
    );
  }
  const [rows = 0, ...inner] = first.shape;
  return {
    name,
    dtype: first.dtype,
    shape: [3 * rows, ...inner],
    byteLength: 3 * first.byteLength,
    async read() {
      const bytes = new Uint8Array(3 * first.byteLength);
      for (const [i, block] of blocks.entries())
        bytes.set(await block.read(), i * first.byteLength);
      return bytes;
    },
  };
}
