import { useStore } from 'zustand';
import { formatBytes, formatMany, formatSecondsLeft } from '../app/format';
import type { HubDownloads, Planned, Progress } from './downloads';
import { hostsOf } from './hosts';

interface HubListProps {
  readonly downloads: HubDownloads;
  readonly endpoint: string;
}

/** What would come and from where; then how far it is. */
export function HubList({ downloads, endpoint }: HubListProps) {
  const { step, plans, progress } = useStore(downloads.store);
  const coming = plans.filter(({ isHere }) => !isHere).flatMap(({ files }) => files);
  const bytes = coming.reduce((sum, { size }) => sum + size, 0);
  return (
    <>
      <div className="hub-plans">
        {plans.map((plan) => (
          <Repository key={JSON.stringify(plan.listing.repository)} plan={plan} />
        ))}
      </div>
      {step === 'listed' && coming.length > 0 && (
        <>
          <p>
            <strong>{formatMany(coming.length, 'file')}</strong>, {formatBytes(bytes)} in all. These
            hosts will see the requests:
          </p>
          <ul className="hub-hosts">
            {hostsOf(endpoint).map(({ host, learns }) => (
              <li key={host}>
                <strong>{host}</strong>: {learns}
              </li>
            ))}
          </ul>
        </>
      )}
      {step === 'listed' && (
        <div className="dialog-actions">
          <button type="button" onClick={downloads.back}>
            Back
          </button>
          <button
            type="button"
            className="primary"
            disabled={coming.length === 0}
            onClick={() => void downloads.download()}
          >
            Download {formatBytes(bytes)}
          </button>
        </div>
      )}
      {step === 'downloading' && (
        <>
          {progress && <Coming progress={progress} />}
          <div className="dialog-actions">
            <button type="button" onClick={downloads.stop}>
              Stop
            </button>
          </div>
        </>
      )}
    </>
  );
}

function Repository({ plan: { listing, files, isHere } }: { plan: Planned }) {
  const { repository, commit } = listing;
  const { kind, name, revision } = repository;
  return (
    <section className="hub-plan" aria-label={kind === 'dataset' ? `${name}, data set` : name}>
      <h3>
        <bdi>{name}</bdi>
        {kind === 'dataset' && <span>data set</span>}
        {isHere && <span>in the library already</span>}
      </h3>
      <p>
        {revision === commit ? '' : `${revision}, `}commit <code>{commit}</code>
      </p>
      <ul>
        {files.map(({ path, size, sha256, blob }) => (
          <li key={path}>
            <bdi>{path}</bdi>
            <span>{formatBytes(size)}</span>
            <code title={blob}>
              {sha256 === null ? 'git' : 'SHA-256'} {blob.slice(0, 16)}…
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Coming({ progress: { file, done, total, secondsLeft } }: { progress: Progress }) {
  return (
    <div className="hub-progress">
      <span>
        <bdi>{file}</bdi>
      </span>
      <progress aria-label="Download" value={total === 0 ? 1 : done / total} max={1} />
      <span>
        {formatBytes(done)} of {formatBytes(total)}
        {secondsLeft === null ? '' : `, ${formatSecondsLeft(secondsLeft)}`}
      </span>
    </div>
  );
}
