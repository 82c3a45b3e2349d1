import { CopyButton } from './ui/copy-button';

/** The page when nothing of it can work: what is missing, and what to do. */
export function FatalMessage({ message }: { message: string }) {
  return (
    <main className="fatal">
      <h1>Task Arithmetic Studio could not start</h1>
      <p role="alert">
        {message} <CopyButton label="Copy this message" text={message} />
      </p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        Reload the page
      </button>
    </main>
  );
}
