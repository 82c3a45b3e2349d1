import { useSnapshot } from '../context';
import type { Recipe } from './curve-files';

/** What is merged, as it stands in the pool. */
export function useRecipe(): Recipe {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  const method = useSnapshot((snapshot) => snapshot.method);
  return {
    method: method.title,
    options: Object.fromEntries(method.options.map(({ option, value }) => [option.name, value])),
    base: models.find(({ role }) => role === 'base')?.name ?? '',
    experts: models
      .filter(({ role, included }) => role === 'expert' && included)
      .map(({ name, weight }) => ({ name, weight })),
  };
}
