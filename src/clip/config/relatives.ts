/** Relatives of CLIP by the `model_type` of their config.json: which are read in part, and which are another model altogether. */
import { FormatError } from '../../errors';
import type { JsonObject } from '../files';
import type { OpenClipSettings } from './open-clip-settings';

/** Those whose picture tower is a CLIP's, and what is to be said of the rest. */
const KIN: Readonly<Record<string, { readonly name: string; readonly said: string }>> = {
  altclip: {
    name: 'AltCLIP',
    said: "its picture tower is a CLIP's and is read, its text tower (XLM-RoBERTa) is not",
  },
  chinese_clip: {
    name: 'Chinese CLIP',
    said: "its picture tower is a CLIP's and is read, its text tower (BERT) is not",
  },
  clipseg: { name: 'CLIPSeg', said: 'the CLIP in it is read, its decoder is not' },
  metaclip_2: {
    name: 'MetaCLIP 2',
    said: 'a CLIP whose prompts are pooled at their end token, whatever its id',
  },
};

/** Those with another picture tower, and how it differs. */
const OTHERS: Readonly<Record<string, { readonly name: string; readonly differs: string }>> = {
  align: { name: 'ALIGN', differs: 'an EfficientNet' },
  aimv2: { name: 'AIMv2', differs: 'other layers' },
  blip: { name: 'BLIP', differs: 'fused attention and a bias of the patches' },
  'blip-2': { name: 'BLIP-2', differs: 'a Q-Former behind it' },
  clvp: { name: 'CLVP', differs: 'speech instead of pictures' },
  clap: { name: 'CLAP', differs: 'sound instead of pictures' },
  flava: { name: 'FLAVA', differs: 'a plain ViT' },
  groupvit: { name: 'GroupViT', differs: 'grouping tokens' },
  mlcd: { name: 'MLCD', differs: 'rotary positions' },
  mlcd_vision_model: { name: 'MLCD', differs: 'rotary positions' },
  owlv2: { name: 'OWLv2', differs: 'other norms and heads that find objects' },
  owlvit: { name: 'OWL-ViT', differs: 'other norms and heads that find objects' },
  siglip: { name: 'SigLIP', differs: 'a pooling head and no class token' },
  siglip_vision_model: { name: 'SigLIP', differs: 'a pooling head and no class token' },
  siglip2: { name: 'SigLIP 2', differs: 'a pooling head and no class token' },
  siglip2_vision_model: { name: 'SigLIP 2', differs: 'a pooling head and no class token' },
  'vision-text-dual-encoder': { name: 'a dual encoder', differs: 'towers of any kind' },
  xclip: { name: 'X-CLIP', differs: 'messages between the frames of a video' },
};

/** @throws FormatError where the configuration is that of another model than CLIP */
export function refuseRelative(file: string, { model_type: type }: JsonObject): void {
  const other = typeof type === 'string' && Object.hasOwn(OTHERS, type) ? OTHERS[type] : undefined;
  if (other === undefined) return;
  throw new FormatError(
    file,
    `it says that this is ${other.name} (model_type "${type}"): a relative of CLIP whose picture tower has ${other.differs}. It cannot be merged here: use a CLIP of OpenAI, OpenCLIP or Hugging Face, or a fine-tune of one.`,
  );
}

/** How a relative whose picture tower is a CLIP's is read; undefined for a CLIP itself. */
export function relativeSettings({ model_type: type }: JsonObject): OpenClipSettings | undefined {
  const kin = typeof type === 'string' && Object.hasOwn(KIN, type) ? KIN[type] : undefined;
  if (kin === undefined) return undefined;
  return {
    vision: {},
    text: type === 'metaclip_2' ? { pooling: 'end token' } : {},
    textObstacles: [],
    remarks: [`It is ${kin.name}: ${kin.said}.`],
  };
}
