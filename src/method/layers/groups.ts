/**
 * The parts of a vision tower that have a factor of their own: what comes before the blocks (embeddings and the norm behind
 * them), of every block the attention, the MLP and the norms, and the norm behind the last block.
 */

/** What a block consists of. */
export const LAYER_KINDS = ['attention', 'mlp', 'norms'] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

export const EMBEDDINGS = 'embeddings';
export const POST = 'post';

/** `layers.3.attention`: blocks are counted from 0, as in the names of tensors. */
export function blockGroup(block: number, kind: LayerKind): string {
  return `layers.${block}.${kind}`;
}

/** Every group of a tower with so many blocks, by depth. */
export function layerGroups(depth: number): string[] {
  const blocks = Array.from({ length: depth }, (_, block) =>
    LAYER_KINDS.map((kind) => blockGroup(block, kind)),
  );
  return [EMBEDDINGS, ...blocks.flat(), POST];
}

const BLOCK = /^encoder\.layers\.(\d+)\.(self_attn|mlp|layer_norm)/;
const KIND_OF: Readonly<Record<string, LayerKind>> = {
  self_attn: 'attention',
  mlp: 'mlp',
  layer_norm: 'norms',
};

/** A tensor's place, by its canonical name: its block and what of it, or what stands before or behind all blocks. */
export type LayerPlace =
  | { readonly block: number; readonly kind: LayerKind }
  | typeof EMBEDDINGS
  | typeof POST;

export function layerPlace(name: string): LayerPlace {
  const [, block, module = ''] = BLOCK.exec(name) ?? [];
  const kind = KIND_OF[module];
  if (block !== undefined && kind) return { block: Number(block), kind };
  return name.startsWith('post_') ? POST : EMBEDDINGS;
}

/** The group that a tensor belongs to, by its canonical name. */
export function layerGroup(name: string): string {
  const place = layerPlace(name);
  return typeof place === 'string' ? place : blockGroup(place.block, place.kind);
}

/** How many blocks these tensors are of. */
export function layerDepth(names: readonly string[]): number {
  return names.reduce((depth, name) => {
    const place = layerPlace(name);
    return typeof place === 'string' ? depth : Math.max(depth, place.block + 1);
  }, 0);
}

/** Where a block stands between the first (0) and the last (1); a lone one is the last. */
export function relativeDepth(block: number, depth: number): number {
  return depth < 2 ? 1 : block / (depth - 1);
}
