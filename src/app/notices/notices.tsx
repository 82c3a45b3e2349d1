import { noticeAsText } from '../../state/notices';
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
  const working = usePage(isWorking);
  const { dismiss, restart } = useCommands();
  return (
    <div className="notices">
      <p className="visually-hidden" aria-live="polite">
        {announcement}
      </p>
      <div aria-live="assertive">
        {notices.map((notice) => (
          <article
            key={notice.id}
            className={`notice ${notice.severity}`}
            aria-label={notice.title}
          >
            <Icon name={notice.severity} />
            <div className="notice-body">
              <strong>{notice.title}</strong>
              <p>{notice.message}</p>
              <DetailLines lines={notice.details} />
              {notice.remedy === 'restart' && (
                <button
                  type="button"
                  onClick={() => {
                    dismiss(notice.id);
                    void restart();
                  }}
                >
                  Restart the engine
                </button>
              )}
              {notice.remedy === 'update' && (
                <button type="button" disabled={working} onClick={() => void takeUpdate()}>
                  {working ? 'Use it (when the work is done)' : 'Use it now'}
                </button>
              )}
              {notice.remedy === 'reload' && (
                <button type="button" onClick={() => location.reload()}>
                  Reload the page
                </button>
              )}
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
        ))}
      </div>
    </div>
  );
}
