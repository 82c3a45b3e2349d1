import type { JobView } from '../../state/types';
import { useCommands, usePage, useSnapshot } from '../context';
import { formatSecondsLeft } from '../format';
import './jobs.css';

/** Work in progress that can be stopped: imports and downloads. */
export function Jobs() {
  const jobs = useSnapshot((snapshot) => snapshot.jobs);
  const demo = usePage((state) => state.demo.loading);
  const { cancel } = useCommands();
  if (jobs.length === 0 && demo === null) return null;
  return (
    <ul className="jobs" aria-label="Work in progress">
      {demo !== null && jobs.length === 0 && (
        <li className="job">
          <JobProgress
            label="Loading the demo"
            progress={demo.of > 0 ? demo.done / demo.of : null}
            secondsLeft={null}
          />
        </li>
      )}
      {jobs.map(({ id, label, progress, secondsLeft }) => (
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
