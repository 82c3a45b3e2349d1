/** Commands that write files: the merged model, the report, a comparison. */
import type { MatrixJobs } from '../../method/matrices/jobs';
import type { RelationsReport } from '../../program/relations/relations';
import type { PinReport } from '../../program/report';
import type { Library } from '../../storage/types';
import type { Classification } from '../../taskpool/classification';
import type { Acting } from '../acting';
import type { ComparedModel, StudioEngine, StudioState } from '../api';
import type { Jobs } from '../jobs/jobs';
import type { Hasher } from '../pool/hashing-threads';
import { type Remarks, unsummedRecipe } from '../remarks';
import type { Workspace } from '../scoring/workspace';
import type { State } from '../state';
import { cardFigures } from './card-figures';
import type { Downloads } from './downloads';
import { exportModel } from './merged-model';
import { exportComparison, exportReport } from './report';

export interface DownloadCommandsParts {
  readonly acting: Acting;
  readonly library: Library;
  readonly jobs: Jobs;
  readonly state: State;
  readonly downloads: Downloads;
  readonly remarks: Remarks;
  readonly hasher: Hasher;
  readonly matrices: MatrixJobs | undefined;
  readonly version: string;
  /** What is on screen now. */
  readonly snapshot: () => StudioState;
  readonly workspace: () => Workspace | null;
  readonly figures: (taskId: string, model: ComparedModel) => Classification | null;
  readonly pins: () => readonly PinReport[];
  readonly relations: () => RelationsReport | undefined;
}

export interface DownloadCommands
  extends Pick<
    StudioEngine,
    'exportModel' | 'releaseDownload' | 'exportReport' | 'exportComparison'
  > {}

export function createDownloadCommands(parts: DownloadCommandsParts): DownloadCommands {
  const { acting, library, jobs, state, downloads, snapshot, version } = parts;
  const { command, whenOpen } = acting;
  return {
    exportModel: whenOpen((jobId, options) => {
      // What is on screen now, whatever comes while it is written.
      const context = {
        value: state.value(),
        workspace: parts.workspace(),
        version,
        learn: state.learn,
        hasher: parts.hasher,
        matrices: parts.matrices,
        figures: cardFigures(snapshot()),
        onUnsummed: (names: readonly string[]) => parts.remarks.tell(unsummedRecipe(names)),
      };
      return command(() =>
        jobs.run(jobId, 'Writing the merged model', async (job) =>
          downloads.keep(await exportModel(library, context, options, job)),
        ),
      );
    }),

    releaseDownload: (download) => downloads.release(download),

    exportReport: whenOpen(() =>
      command(() =>
        exportReport(
          state.value(),
          snapshot(),
          version,
          parts.figures,
          parts.pins(),
          parts.relations(),
        ),
      ),
    ),

    exportComparison: whenOpen(() => command(() => exportComparison(snapshot()))),
  };
}
