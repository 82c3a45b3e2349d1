import { usePage, useSnapshot } from '../context';
import { formatChange } from '../format';

/** What forgetting has done to the expert's own tasks, beside the tasks that are to stay as they were. */
export function ForgetNote({ expert: id }: { expert: string }) {
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const name = useSnapshot(({ pool }) => pool.models.find((model) => model.id === id)?.name);
  const change = usePage((state) => state.merged.change.tasks);
  const mean = (isOwn: boolean): string | null => {
    const changes = tasks.flatMap((task) => {
      const found = (task.expert === name) === isOwn && task.included ? change[task.id] : undefined;
      return found ? [found.accuracy] : [];
    });
    if (changes.length === 0) return null;
    return formatChange(changes.reduce((sum, value) => sum + value, 0) / changes.length);
  };
  const [own, control] = [mean(true), mean(false)];
  if (own === null && control === null) return null;
  return (
    <p className="weights-note">
      Against pretrained:{' '}
      {own !== null && (
        <>
          <bdi>{name}</bdi> {own} points
        </>
      )}
      {own !== null && control !== null && ', '}
      {control !== null && <>the other tasks {control} on average</>}.
    </p>
  );
}
