import type { PendingLink } from '../../state/link';
import { useCommands, usePage } from '../context';
import { Icon } from '../ui/icon';
import './link-banner.css';

/** What an opened link waits for: its models and tasks by name, until they are added or it is given up. */
export function LinkBanner() {
  const link = usePage((state) => state.link);
  const { forgetLink } = useCommands();
  if (link === null) return null;
  return (
    <section className="link-banner" aria-label="Opened link">
      <Icon name="link" />
      <div className="link-words">
        <p>{sentenceOf(link)}</p>
        <ul>
          {link.models.map(({ name, sha256, otherWeights }) => (
            <li key={name}>
              <bdi>{name}</bdi>
              {sha256 !== null && (
                <code title={`SHA-256 ${sha256}`}>SHA-256 {sha256.slice(0, 16)}…</code>
              )}
              {otherWeights && ' (a model of this name is here, with other weights)'}
            </li>
          ))}
          {link.tasks.map((name) => (
            <li key={name}>
              <bdi>{name}</bdi> (task images)
            </li>
          ))}
        </ul>
      </div>
      <button type="button" onClick={forgetLink}>
        {link.models.length > 0 ? 'Forget the link' : 'Go on without'}
      </button>
    </section>
  );
}

function sentenceOf({ models }: PendingLink): string {
  return models.length > 0
    ? 'This link merges what is not in this library yet. Add these, and it opens by itself:'
    : 'Merging as the link says. Where it was made these were scored as well; add them to compare:';
}
