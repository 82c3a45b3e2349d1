import { type Notice, noticeAsText, type Remedy } from '../../state/notices';
import { isWorking, takeUpdate } from '../../state/offline';
import { useCommands, usePage } from '../context';
import { CopyButton } from '../ui/copy-button';
import { DetailLines } from '../ui/finding-list';
import { Icon } from '../ui/icon';
import './notices.css';

/** What did not go as asked: stays until dismissed, can be copied whole. */
export function Notices() {
  const notices = usePage((state) => state.notices);
  const announcement = usePage((state) => state.announcement);
  const rows = (quiet: boolean) =>
    notices
      .filter((notice) => (notice.quiet ?? false) === quiet)
      .map((notice) => <NoticeRow key={notice.id} notice={notice} />);
  return (
    <div className="notices">
      <p className="visually-hidden" aria-live="polite">
        {announcement}
      </p>
      <div aria-live="assertive">{rows(false)}</div>
      <div className="notices-quiet" aria-live="polite">
        {rows(true)}
      </div>
    </div>
  );
}

function NoticeRow({ notice }: { notice: Notice }) {
  const { dismiss } = useCommands();
  return (
    <article className={`notice ${notice.severity}`} aria-label={notice.title}>
      <Icon name={notice.severity} />
      <div className="notice-body">
        <strong>{notice.title}</strong>
        <p>{notice.message}</p>
        <DetailLines lines={notice.details} />
        <RemedyButton notice={notice} />
      </div>
      <CopyButton label="Copy this notice" text={noticeAsText(notice)} />
      <button
        type="button"
        className="quiet icon-button"
        aria-label={`Dismiss: ${notice.title}`}
        onClick={() => dismiss(notice.id)}
      >
        <Icon name="close" />
      </button>
    </article>
  );
}

/** What the page can offer to do about it. */
function RemedyButton({ notice: { id, remedy } }: { notice: Notice }) {
  const { dismiss, restart, allowNotifications } = useCommands();
  const working = usePage(isWorking);
  if (remedy === undefined) return null;
  const remedies: Readonly<Record<Remedy, readonly [words: string, act: () => unknown]>> = {
    restart: ['Restart the engine', restart],
    reload: ['Reload the page', () => location.reload()],
    update: [working ? 'Use it (when the work is done)' : 'Use it now', takeUpdate],
    notifications: ['Notify me outside this page next time', allowNotifications],
  };
  const [words, act] = remedies[remedy];
  return (
    <button
      type="button"
      disabled={remedy === 'update' && working}
      onClick={() => {
        dismiss(id);
        void act();
      }}
    >
      {words}
    </button>
  );
}
