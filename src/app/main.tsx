// First of all: it tells of whatever the others throw while they are loaded.
import './first-trouble';

import { createRoot } from 'react-dom/client';
import { keepOffline, UPDATE_NOTICE, whenQuiet } from '../state/offline';
import { createBrowserStudio, missingPlatform } from '../state/studio';
import { troubleReport } from '../state/trouble';
import { watchUnhandled } from '../state/unhandled';
import { App } from './app';
import { ErrorBoundary } from './error-boundary';
import { FatalMessage } from './fatal-message';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/print.css';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element with the id "root".');
const root = createRoot(container);
const missing = missingPlatform();
if (missing !== null) {
  root.render(<FatalMessage message={missing} />);
} else {
  const studio = createBrowserStudio();
  watchUnhandled(window, studio.commands.tellUnhandled);
  root.render(
    <ErrorBoundary report={(error) => troubleReport(error, studio.store.getState())}>
      <App studio={studio} />
    </ErrorBoundary>,
  );
  void studio.commands.start();
  if (import.meta.env.PROD) {
    whenQuiet(
      studio.store,
      () =>
        void keepOffline(() => whenQuiet(studio.store, () => studio.commands.tell(UPDATE_NOTICE))),
    );
  }
}
