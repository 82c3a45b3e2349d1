import type { MeasuredPoint } from './demo-results';
import type { PageState } from './page-state';

/** The measured curve, where what is merged and scored is what was measured then; null elsewhere. */
export function shownMeasured({ demo, snapshot }: PageState): readonly MeasuredPoint[] | null {
  const { results } = demo;
  if (results === null || snapshot?.method.name !== 'TaskArithmeticAlgorithm') return null;
  const models = snapshot.pool.models.filter(({ included }) => included);
  const tasks = snapshot.tasks.filter(({ included }) => included);
  const experts = models.filter(({ role }) => role === 'expert');
  const isDemo =
    [...models, ...tasks].every(({ origin }) => origin === 'demo') &&
    experts.every(({ weight }) => weight === 1) &&
    experts.length < models.length;
  const sameNames = (items: readonly { readonly name: string }[], names: readonly string[]) =>
    items.length === names.length && items.every(({ name }) => names.includes(name));
  const same = sameNames(experts, results.experts) && sameNames(tasks, results.tasks);
  return isDemo && same ? results.points : null;
}
