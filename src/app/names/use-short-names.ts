import { useSnapshot } from '../context';
import { shortNames } from './short-names';

/** How the experts are shown among each other. */
export function useExpertNames(): ReadonlyMap<string, string> {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  return shortNames(models.filter(({ role }) => role === 'expert').map(({ name }) => name));
}

/** How the tasks are shown among each other. */
export function useTaskNames(): ReadonlyMap<string, string> {
  return shortNames(useSnapshot((snapshot) => snapshot.tasks).map(({ name }) => name));
}
