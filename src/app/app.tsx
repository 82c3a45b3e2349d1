import { lazy, Suspense } from 'react';
import { isDemo, isEmpty, isOpen } from '../state/selectors';
import type { Studio } from '../state/store';
import { StudioContext, usePage } from './context';
import { DropArea } from './drop/drop-area';
import { type Edition, EditionContext } from './edition';
import { EmptyState } from './empty/empty-state';
import { EngineBar } from './engine-bar/engine-bar';
import { ExportPanel } from './export/export-panel';
import { FatalMessage } from './fatal-message';
import { Header } from './header/header';
import { LinkBanner } from './link/link-banner';
import { useUndoKeys } from './merge-tools/use-undo-keys';
import { ModelPool } from './model-pool/model-pool';
import { Notices } from './notices/notices';
import { Pins } from './pins/pins';
import { AccuracyTable } from './results/accuracy-table';
import { Instrument } from './scaling/instrument';
import { SearchPanel } from './search/search-panel';
import { TaskPool } from './task-pool/task-pool';
import { Glossary } from './tips/term';
import { TipLayer } from './tips/tip-layer';
import { TabTitle } from './title/tab-title';
import { TryPicture } from './try-picture/try-picture';
import { useNarrow } from './use-narrow';

/** Few pages have the demo, and its first number is not to wait for it. */
const Story = lazy(() => import('./story/story'));

interface AppProps {
  readonly studio: Studio;
  /** Null for the default page. */
  readonly edition?: Edition | null;
}

/** The whole page. */
export function App({ studio, edition = null }: AppProps) {
  return (
    <StudioContext value={studio}>
      <EditionContext value={edition}>
        <Page />
      </EditionContext>
    </StudioContext>
  );
}

function Page() {
  const open = usePage(isOpen);
  const fatal = usePage((state) => state.fatal);
  useUndoKeys();
  if (fatal !== null) return <FatalMessage message={fatal} />;
  return (
    <DropArea>
      <Header />
      <Notices />
      <LinkBanner />
      {open ? <Panels /> : <Starting />}
      <TabTitle />
      <Glossary />
      <TipLayer />
    </DropArea>
  );
}

/** On a narrow page what is merged and scored comes before the long lists that it is made of. */
function Panels() {
  const narrow = useNarrow();
  const empty = usePage(isEmpty);
  const demo = usePage(isDemo);
  const pools = (
    <div key="pools" className="pools">
      <ModelPool />
      <TaskPool />
    </div>
  );
  const bench = (
    <main key="bench" className="bench">
      {empty ? (
        <EmptyState />
      ) : (
        <>
          {demo && (
            <Suspense fallback={<div className="story-room" />}>
              <Story />
            </Suspense>
          )}
          <Instrument />
          <AccuracyTable />
          <SearchPanel />
          <TryPicture />
          <Pins />
          <ExportPanel />
        </>
      )}
    </main>
  );
  return (
    <>
      <div className="panels">{narrow ? [bench, pools] : [pools, bench]}</div>
      <EngineBar />
    </>
  );
}

function Starting() {
  return (
    <main className="starting">
      <EmptyState starting />
    </main>
  );
}
