/** What is worth knowing about a model that opens: sentences for people. */
import type { Layout } from './layout/types';
import { VISUAL_PROJECTION } from './tensor-names';
import type { ClipModel } from './types';

const MAX_NAMED = 3;

export function remarksOf(
  layout: Layout,
  full: boolean,
  inherited: ClipModel | undefined,
): string[] {
  const remarks: string[] = [];
  if (layout.convention === 'openclip') {
    remarks.push('Names of OpenAI or OpenCLIP, read as Hugging Face has them.');
  }
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
