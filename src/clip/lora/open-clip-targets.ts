/**
 * Which tensors of the vision tower a part of an OpenCLIP adapter changes: OpenCLIP's module names, as PEFT repeats them, to the
 * canonical ones. Its attention has q, k and v in one matrix, of which each is a block of rows.
 */
import { LAYER_NAMES, VISION_NAMES } from '../layout/open-clip';

export interface Target {
  /** Canonical name of a module or a tensor. */
  readonly name: string;
  /** Which of three equal blocks of rows is meant, where one tensor of OpenCLIP's is three here. */
  readonly block?: number;
}

const VISUAL = /^(?:.*\.)?visual\.(.+)$/;
const LAYER = /^transformer\.resblocks\.(\d+)\.(.+)$/;
const PARTS = ['q', 'k', 'v'];

/** Undefined where the path lies outside OpenCLIP's picture tower, or is no part of a CLIP's. */
export function openClipTargets(path: string): readonly Target[] | undefined {
  const own = VISUAL.exec(path)?.[1]?.replace('base_layer.', '');
  if (own === undefined) return undefined;
  const known = VISION_NAMES[own] ?? VISION_NAMES[`${own}.weight`]?.replace(/\.weight$/, '');
  if (known !== undefined) return [{ name: known }];
  const [, index, module = ''] = LAYER.exec(own) ?? [];
  const fused = /^attn(?:\.in_proj_(weight|bias))?$/.exec(module);
  const layer = `encoder.layers.${index}`;
  if (fused !== null) {
    const member = fused[1] === undefined ? '' : `.${fused[1]}`;
    return PARTS.map((part, block) => ({
      name: `${layer}.self_attn.${part}_proj${member}`,
      block,
    }));
  }
  const [, plain = module, member = ''] = /^(.+?)(\.(?:weight|bias))?$/.exec(module) ?? [];
  const target = LAYER_NAMES[plain];
  return target === undefined ? undefined : [{ name: `${layer}.${target}${member}` }];
}

/** The names of an OpenCLIP model, whichever of its towers they are of. */
export function isOpenClipName(path: string): boolean {
  return /(^|\.)(visual|transformer\.resblocks\.\d+)\./.test(path);
}
