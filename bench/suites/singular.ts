/** The methods that decompose or solve every weight matrix, with eight experts: whole processes, a saved model at the end. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { methodRow, type TimedMethod } from '../support/method-row';
import { NO_REFERENCE, python } from '../support/processes';
import { randomPool } from '../support/random-pool';
import type { Row, Suite } from '../support/row';

const EXPERTS = 8;

export const SINGULAR: readonly (TimedMethod & { readonly wanted?: number })[] = [
  { name: 'TaskSingularVectorMerging', work: 'TSV-M', reference: { wanted: 1.5 } },
  { name: 'ISO_C_Merge', work: 'Iso-C', reference: { wanted: 3 } },
  {
    name: 'ISO_CTS_Merge',
    work: 'Iso-CTS',
    // Its SVD in float32 does not converge on what these random experts leave beside the common directions, and it ends.
    reference: false,
  },
  {
    name: 'WUDIMerging',
    work: 'WUDI, solved exactly',
    options: { solver: 'exact' },
    // Its own steps of Adam take FusionBench hours on a processor.
    reference: false,
    wanted: 180,
  },
];

export const singular: Suite = async ({ folder, rounds, tell }) => {
  const place = join(folder, 'singular');
  await mkdir(place, { recursive: true });
  const pool = await randomPool(join(folder, 'b32'), EXPERTS);
  const rows: Row[] = [];
  for (const { wanted, ...timed } of SINGULAR) {
    const row = await methodRow(place, timed, pool, rounds, tell);
    rows.push({ ...row, ...(wanted !== undefined && { wanted }) });
  }
  return {
    title: `Singular vectors and solves, ViT-B/32, ${EXPERTS} experts`,
    text: 'The merged model saved; whole processes. FusionBench takes hours for WUDI on a processor, and its Iso-CTS ends with an error on these random weights ("linalg.svd: The algorithm failed to converge"): neither is run.',
    rows,
    omitted: python === undefined ? [`FusionBench: ${NO_REFERENCE}`] : [],
  };
};
