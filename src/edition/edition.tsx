import type { Edition } from '../app/edition';
import type { Listing } from '../hub/session';
import type { Studio } from '../state/store';
import { AddFromHub } from './add-from-hub';
import { createHubDownloads } from './downloads';
import { hostsOf } from './hosts';
import { openPartsStore } from './kept-parts';

/** Which Hub, as the page that was served says; its policy allows no other. */
function endpointOfPage(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="hub-endpoint"]');
  if (!meta) throw new Error('hub.html has no element <meta name="hub-endpoint">.');
  return meta.content.replace(/\/+$/, '');
}

/** The page with *Add from the Hub*. */
export function createEdition({ store, commands }: Studio): Edition {
  const endpoint = endpointOfPage();
  const { host } = new URL(endpoint);
  /** By where the models in the library come from. */
  const isHere = ({ repository, commit }: Listing): boolean => {
    const models = store.getState().snapshot?.pool.models ?? [];
    return models.some(({ source }) => source?.startsWith(`${repository.name}@${commit}/`));
  };
  const downloads = createHubDownloads({
    endpoint,
    openParts: openPartsStore,
    now: () => performance.now(),
    isHere: (listing) => listing.repository.kind === 'model' && isHere(listing),
    async add({ listing }, files) {
      if (listing.repository.kind === 'model') {
        await commands.addCheckpoints(files);
        return isHere(listing);
      }
      const before = store.getState().snapshot?.tasks.length ?? 0;
      await commands.addTaskImages(files);
      return (store.getState().snapshot?.tasks.length ?? 0) > before;
    },
  });
  return {
    sentence: `Hub edition: Add from the Hub asks ${host} when you say so; nothing else leaves this machine.`,
    talksTo: `asks ${hostsOf(endpoint)
      .map((asked) => asked.host)
      .join(' and ')} in Add from the Hub, and is not allowed to talk to any other server.`,
    AddModels: () => <AddFromHub downloads={downloads} endpoint={endpoint} />,
  };
}
