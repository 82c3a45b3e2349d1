/** Files that the engine or the page makes, handed to the browser's downloads. */
import type { Endings } from '../endings';
import type { ConfigurationFormat, ExportedFile, ExportOptions } from '../types';
import type { Acting } from './acting';

/** No browser tells when it has copied a file: by then it has, also where it asks for a place, for it begins at once. */
const TAKEN_MS = 10 * 60_000;

export interface DownloadCommands {
  downloadModel(options: ExportOptions): Promise<void>;
  downloadReport(): Promise<void>;
  downloadConfiguration(format: ConfigurationFormat): Promise<void>;
  downloadComparison(): Promise<void>;
  /** Hands a file that the page itself makes to the browser's downloads. */
  saveFile(make: () => ExportedFile | Promise<ExportedFile>): Promise<void>;
}

export interface DownloadsPort extends Acting {
  readonly endings: Endings;
  readonly save: (file: ExportedFile) => void;
}

export function createDownloadCommands(port: DownloadsPort): DownloadCommands {
  const { engine, run, endings } = port;
  const save = (file: ExportedFile): void => {
    port.save(file);
    endings.saved(file);
  };
  const saveFile: DownloadCommands['saveFile'] = (make) => run(async () => save(await make()));
  return {
    downloadModel: (options) =>
      run(async () => {
        const writer = engine();
        const exported = await endings.guarded(() =>
          endings.timed('The merged model', () => writer.exportModel(port.nextJob(), options)),
        );
        save(exported);
        const { download } = exported;
        if (download === undefined) return;
        // An engine that was replaced meanwhile took its scratch files with it.
        const release = () => void writer.releaseDownload(download).catch(() => undefined);
        setTimeout(release, TAKEN_MS);
      }),
    downloadReport: () => saveFile(() => engine().exportReport()),
    downloadConfiguration: (format) => saveFile(() => engine().exportConfiguration(format)),
    downloadComparison: () => saveFile(() => engine().exportComparison()),
    saveFile,
  };
}
