/** A merge of which nothing would be left: told before it is computed, and not after. */
import { ConfigError } from '../../errors';
import { SAVE_OVERRIDE } from './next-step';
import type { PlannedRun } from './plan';

const SAVE = `add ${SAVE_OVERRIDE} to keep the merged model`;
const SCORE = 'choose a taskpool to score it';

/**
 * @returns what is to be said of a run of which a report is left that says how large the model is; null of all others
 * @throws ConfigError where not even that is written, which is nothing that anybody wants to wait for
 */
export function lostResult({
  program: { method, taskpool, relations },
  outputs,
}: Pick<PlannedRun, 'program' | 'outputs'>): string | null {
  const merges = method.target !== 'DummyAlgorithm' && method.target !== 'TaskVectorCosSimilarity';
  const isScored = taskpool?.target === 'CLIPVisionModelTaskPool';
  if (!merges || isScored || relations || outputs.model !== null) return null;
  if (taskpool === null || outputs.report === null) {
    throw new ConfigError(
      `The models would be merged and nothing kept: there are no tasks to score, and merged_model_save_path is not set. To go on, ${SAVE}, or ${SCORE}.`,
    );
  }
  return `The merged model is neither saved nor scored: the report says how large it is, and no more. To change that, ${SAVE}, or ${SCORE}.`;
}
