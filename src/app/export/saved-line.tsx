import { usePage } from '../context';
import { formatBytes } from '../format';
import './saved-line.css';

/** What became of the last download: its name and where it went. Its place is kept, so that nothing moves. */
export function SavedLine() {
  const saved = usePage((state) => state.saved);
  return (
    <p className="saved-line">
      {saved !== null && (
        <>
          <bdi>{saved.name}</bdi> ({formatBytes(saved.bytes)}) went to this browser’s downloads.
        </>
      )}
    </p>
  );
}
