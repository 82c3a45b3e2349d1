import { useMemo } from 'react';
import { useSnapshot } from '../context';
import { shortNames } from './short-names';

/** How the experts are shown among each other. */
export function useExpertNames(): ReadonlyMap<string, string> {
  const models = useSnapshot((snapshot) => snapshot.pool.models);
  return useMemo(
    () => shortNames(models.filter(({ role }) => role === 'expert').map(({ name }) => name)),
    [models],
  );
}

/** How the tasks are shown among each other. */
export function useTaskNames(): ReadonlyMap<string, string> {
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  return useMemo(() => shortNames(tasks.map(({ name }) => name)), [tasks]);
}
