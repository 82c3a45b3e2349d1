/** Draws the page and starts its studio: what all editions have in common. */
import { createRoot } from 'react-dom/client';
import { keepOffline, UPDATE_NOTICE, whenQuiet } from '../state/offline';
import type { Studio } from '../state/store';
import { createBrowserStudio, missingPlatform } from '../state/studio';
import { troubleReport } from '../state/trouble';
import { watchUnhandled } from '../state/unhandled';
import { App } from './app';
import type { Edition } from './edition';
import { ErrorBoundary } from './error-boundary';
import { FatalMessage } from './fatal-message';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/print.css';

/** @param createEdition - undefined for the default page */
export function startPage(createEdition?: (studio: Studio) => Edition): void {
  const container = document.getElementById('root');
  if (container === null) throw new Error('The page has no element with the id "root".');
  const root = createRoot(container);
  const missing = missingPlatform();
  if (missing !== null) {
    root.render(<FatalMessage message={missing} />);
  } else {
    const studio = createBrowserStudio();
    watchUnhandled(window, studio.commands.tellUnhandled);
    root.render(
      <ErrorBoundary report={(error) => troubleReport(error, studio.store.getState())}>
        <App studio={studio} edition={createEdition?.(studio) ?? null} />
      </ErrorBoundary>,
    );
    void studio.commands.start();
    if (import.meta.env.PROD) {
      whenQuiet(
        studio.store,
        () =>
          void keepOffline(() =>
            whenQuiet(studio.store, () => studio.commands.tell(UPDATE_NOTICE)),
          ),
      );
    }
  }
}
