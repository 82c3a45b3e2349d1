import { usePage } from '../context';
import { formatBytes } from '../format';
import './saved-line.css';

/** What became of the last download: where it went, and its name. Its place is kept, so that nothing moves. */
export function SavedLine() {
  const saved = usePage((state) => state.saved);
  if (saved === null) return <p className="saved-line" />;
  const words = `In this browser’s downloads: ${saved.name} (${formatBytes(saved.bytes)})`;
  return (
    <p className="saved-line" data-tip={words}>
      {words}
    </p>
  );
}
