/** What is worth knowing about a model that opens: sentences for people. */
import type { Checkpoint } from '../checkpoint/types';
import type { Layout } from './layout/types';
import { VISUAL_PROJECTION } from './tensor-names';
import type { ClipModel } from './types';

const MAX_NAMED = 3;
/** Where everybody keeps the weights: not worth a word. */
const USUAL_KEY = /^(state_dict|model_state_dict|model)$/;

export function remarksOf(
  { file, found }: Checkpoint,
  layout: Layout,
  full: boolean,
  inherited: ClipModel | undefined,
): string[] {
  const remarks: string[] = [];
  if (layout.convention === 'openclip') {
    remarks.push('Names of OpenAI or OpenCLIP, read as Hugging Face has them.');
  }
  remarks.push(...keyRemarks(file, found));
  if (!full && layout.rest.has(VISUAL_PROJECTION)) {
    remarks.push("It has a projection of its own, which is not merged: the base's is used.");
  }
  const dtypes = new Map<string, number>();
  for (const [name, { dtype }] of layout.vision) {
    if (name !== 'embeddings.position_ids') dtypes.set(dtype, (dtypes.get(dtype) ?? 0) + 1);
  }
  if (dtypes.size > 1) {
    const counts = [...dtypes].map(([dtype, count]) => `${count} in ${dtype}`);
    remarks.push(
      `Its vision tensors are of different types (${counts.join(', ')}); all are read as F32.`,
    );
  }
  if (dtypes.has('F64')) remarks.push('F64 is rounded to F32, in which all arithmetic is done.');
  if (inherited !== undefined) {
    remarks.push(`No config.json: the configuration of the base is used.`);
  }
  if (layout.foreign.length > 0) {
    const named = layout.foreign.slice(0, MAX_NAMED).join(', ');
    const rest = layout.foreign.length - MAX_NAMED;
    remarks.push(`Left out, as no part of a CLIP: ${named}${rest > 0 ? ` and ${rest} more` : ''}.`);
  }
  return remarks;
}

/** Which of several state dicts was taken, and how another one is chosen. */
function keyRemarks(file: string, found: Checkpoint['found']): string[] {
  if (found === undefined || found.key === '') return [];
  const { key, others } = found;
  const [other] = others;
  if (other === undefined) {
    return USUAL_KEY.test(key) ? [] : [`Its weights lie under "${key}".`];
  }
  const more = others.map((name) => `"${name}"`).join(', ');
  return [
    `The weights under "${key}" are taken; under ${more} lie others of the same names. To take those, choose them under "State dict" on the page, or name them on the command line (${file}#${other}).`,
  ];
}
