import { CopyButton } from './ui/copy-button';
import { DetailLines } from './ui/finding-list';

/** The page when nothing of it can work: what is missing or broken, and what to do. */
export function FatalMessage({
  title = 'Task Arithmetic Studio could not start',
  message,
  report = [],
}: {
  title?: string;
  message: string;
  report?: readonly string[];
}) {
  return (
    <main className="fatal">
      <h1>{title}</h1>
      <p role="alert">
        {message} <CopyButton label="Copy this message" text={[message, ...report].join('\n')} />
      </p>
      <DetailLines lines={report} />
      <button type="button" className="primary" onClick={() => location.reload()}>
        Reload the page
      </button>
    </main>
  );
}
