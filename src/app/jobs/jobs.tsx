import type { JobView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatSecondsLeft } from '../format';
import './jobs.css';

/**
 * Work in progress that can be stopped: imports and downloads. It stands in a place that is always kept for one, in the
 * last line of the page, and further ones are stacked above it: whatever comes and goes, nothing else moves.
 */
export function Jobs() {
  const jobs = useSnapshot((snapshot) => snapshot.jobs);
  const demo = usePage((state) => state.demo.loading);
  const { cancel } = useCommands();
  const shown = jobs.filter((job) => !isHandedOn(job, jobs));
  if (shown.length === 0 && demo === null) return null;
  return (
    <ul className="jobs" aria-label="Work in progress">
      {demo !== null && shown.length === 0 && (
        <li className="job">
          <JobProgress
            label={
              demo.of > 0
                ? `Loading the demo, ${demo.done} of ${demo.of} files`
                : 'Loading the demo'
            }
            progress={demo.of > 0 ? demo.done / demo.of : null}
            secondsLeft={null}
          />
        </li>
      )}
      {shown.map(({ id, label, progress, secondsLeft }) => (
        <li key={id} className="job">
          <JobProgress label={label} progress={progress} secondsLeft={secondsLeft} />
          <button type="button" onClick={() => cancel(id)}>
            Stop<span className="visually-hidden">: {label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** All read, and another goes on with what was read: it has nothing to say any more beside that one. */
function isHandedOn({ progress }: JobView, jobs: readonly JobView[]): boolean {
  return progress === 1 && jobs.some((other) => other.progress !== 1);
}

function JobProgress({ label, progress, secondsLeft }: Omit<JobView, 'id'>) {
  return (
    <>
      <span className="job-label">{label}</span>
      <progress aria-label={label} value={progress ?? undefined} max={1} />
      <span className="job-share">
        {progress === null ? '' : `${Math.floor(progress * 100)} %`}
        {secondsLeft === null ? '' : `, ${formatSecondsLeft(secondsLeft)}`}
      </span>
    </>
  );
}
