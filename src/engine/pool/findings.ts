/** What there is to say about a model as it stands in its pool. Pure. */
import { judgeExpert } from '../../modelpool/judge';
import {
  judgeFacts,
  nonFiniteFinding,
  type TaskVectorFacts,
} from '../../modelpool/task-vector-facts';
import type { Finding } from '../../modelpool/types';
import { memo } from '../memo';
import { baseOf, filesOf, type Pool, type PoolModel } from '../value';
import { nonFiniteOf, vectorText } from './facts';

/** What keeps a model from being merged or scored, and what else is to be said of it as it stands in this pool. */
export const modelFindings = memo((pool: Pool, model: PoolModel): readonly Finding[] => {
  const { name, opened, facts, unreadable } = model;
  if (!opened.model) {
    return opened.failure === undefined ? [] : [finding('error', name, opened.failure)];
  }
  const base = baseOf(pool)?.opened.model;
  if (!base) return [];
  const remarks = opened.model.remarks.map((message) => finding('info', name, message));
  const trouble = unreadable ? [unreadable] : [];
  if (model.id === pool.baseId) {
    const broken = nonFiniteFinding(name, nonFiniteOf(facts, filesOf(model)) ?? {});
    return [...trouble, ...(broken ? [broken] : []), ...remarks];
  }
  const vector = vectorOf(pool, model);
  return [
    ...trouble,
    ...judged(base, opened.model),
    ...(vector ? judgeFacts(base.name, name, vector) : []),
    ...remarks,
  ];
});

/** Edits of names and weights leave the opened models as they are. */
const judged = memo(judgeExpert);

export function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function finding(severity: Finding['severity'], subject: string, message: string): Finding {
  return { severity, subject, message, details: [] };
}

/** What was measured of its task vector against the base that stands; undefined where nothing was yet. */
export function vectorOf(pool: Pool, model: PoolModel): TaskVectorFacts | undefined {
  const base = baseOf(pool);
  return base && model.facts.taskVectors[vectorText(filesOf(base), filesOf(model))];
}

/** Readable and fitting, but its weights have not been looked at yet: they could be broken, or not this base's. */
export function isUnmeasured(pool: Pool, model: PoolModel): boolean {
  if (pool.baseId === null || model.id === pool.baseId || !model.opened.model) return false;
  if (vectorOf(pool, model)) return false;
  return !modelFindings(pool, model).some(isError);
}
