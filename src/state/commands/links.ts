/** Links to a merge: made of what is on screen, and opened as far as the library has what they name. */
import type { StoreApi } from 'zustand';
import { type LinkContents, linkWithPins, readLink, type WantedModel } from '../link';
import type { MergeHistory } from '../merge-history';
import type { NoticeText } from '../notices';
import type { PageState } from '../page-state';
import type { Platform } from '../platform';
import type { NamedMerge, NamedModel, StudioEngine, StudioState } from '../types';

export interface LinkCommands {
  /** Puts a link to the merge on screen into the clipboard; true if it is there. */
  copy(): Promise<boolean>;
  /** Opens the link in the page's address, if there is one. */
  open(): Promise<void>;
  /** Something was added: perhaps what a link waits for. */
  added(): Promise<void>;
  forget(): void;
}

interface LinkPort {
  readonly store: StoreApi<PageState>;
  readonly engine: () => StudioEngine;
  readonly history: MergeHistory;
  readonly platform: Platform;
  readonly notify: (notice: NoticeText) => void;
  readonly notifyError: (error: unknown) => void;
  /** Factors that are still on their way to the engine are not to come after the link's. */
  readonly forgetFactors: () => void;
}

export function createLinkCommands(port: LinkPort): LinkCommands {
  const { store, engine, history, platform, notify } = port;
  /** What was opened and not applied to the end. */
  let opened: LinkContents | null = null;

  const forget = (): void => {
    opened = null;
    store.setState({ link: null });
    platform.forgetLink();
  };

  const apply = async (link: LinkContents): Promise<void> => {
    const { missing } = await history.track('opened link', () => {
      port.forgetFactors();
      return engine().applyMerge(link.merge);
    });
    // Another was opened meanwhile.
    if (opened !== link) return;
    const { snapshot } = store.getState();
    const models = missing.map((name) => wanted(name, link.merge, snapshot));
    const known = new Set(snapshot?.tasks.map(({ name }) => name));
    const tasks = link.tasks.filter((name) => !known.has(name));
    if (models.length === 0) {
      await includeTasks(link.tasks, snapshot);
      await takePins(link);
      platform.forgetLink();
      store.setState({ view: link.view, announcement: 'Merging as the link says.' });
    }
    const complete = models.length === 0 && tasks.length === 0;
    if (complete) opened = null;
    store.setState({ link: complete ? null : { models, tasks } });
    if (models.length > 0) {
      const names = models.map(({ name }) => name).join(', ');
      store.setState({ announcement: `The link needs what is not in this library: ${names}.` });
    }
  };

  const includeTasks = async (names: readonly string[], snapshot: StudioState | null) => {
    const wantedNames = new Set(names);
    const tasks = snapshot?.tasks ?? [];
    // Of those that are there none was scored: the user's choice stands.
    if (!tasks.some(({ name }) => wantedNames.has(name))) return;
    for (const { id, name, included } of tasks) {
      const wants = wantedNames.has(name);
      if (wants !== included) await engine().editTask({ type: 'setIncluded', id, included: wants });
    }
  };

  const takePins = async ({ pins }: LinkContents): Promise<void> => {
    const left = pins ? await engine().takePins(pins) : [];
    if (left.length === 0) return;
    notify({
      severity: 'info',
      title: 'Not all pins of the link were taken',
      message: 'There is no room for more. Remove some of the pins here, and open the link again.',
      details: left,
    });
  };

  const tryToApply = async (): Promise<void> => {
    if (opened === null) return;
    try {
      await apply(opened);
    } catch (error) {
      forget();
      port.notifyError(error);
    }
  };

  return {
    async copy() {
      const { snapshot, view } = store.getState();
      const merge = snapshot && namedMerge(snapshot);
      if (!snapshot || !merge) return false;
      const tasks = snapshot.tasks.filter(({ included }) => included).map(({ name }) => name);
      const usesDemo = snapshot.pool.models.some(
        ({ origin, included }) => origin === 'demo' && included,
      );
      const pins = snapshot.pins.map(({ named }) => named);
      const { address, left } = linkWithPins(
        platform.href(),
        { merge, tasks, view },
        pins,
        usesDemo,
      );
      try {
        await platform.copy(address);
      } catch {
        notify({
          severity: 'info',
          title: 'The browser refused to copy the link',
          message: 'Copy it from here:',
          details: [address],
        });
        return false;
      }
      store.setState({ announcement: 'The link is copied.' });
      if (left.length > 0) {
        notify({
          severity: 'info',
          title:
            left.length === pins.length
              ? 'The link is copied, without pins'
              : 'The link is copied, with the latest pins only',
          message:
            'With all of them it would be so long that mail and chat programs cut it off. These are not in it:',
          details: left,
        });
      }
      const unsummed = [merge.pretrained, ...merge.experts].filter(({ sha256 }) => sha256 === null);
      if (unsummed.length > 0) {
        notify({
          severity: 'info',
          title: 'The link is copied, with names only',
          message: `It names ${unsummed.map(({ name }) => name).join(', ')} without SHA-256, which is still being computed. Copied again later, it has that too.`,
          details: [],
        });
      }
      return true;
    },
    async open() {
      try {
        const link = readLink(platform.href());
        if (link === null) return;
        opened = link;
      } catch (error) {
        platform.forgetLink();
        port.notifyError(error);
        return;
      }
      await tryToApply();
    },
    added: tryToApply,
    forget,
  };
}

/** The merge on screen in words that hold in any library; null while there is none. */
export function namedMerge({ pool, method, merge, scalingFactor }: StudioState): NamedMerge | null {
  const hasLayers = Object.values(merge.layers).some((factor) => factor !== 1);
  const parts = new Map(merge.models.map(({ id, part }) => [id, part]));
  const named = (role: 'base' | 'expert'): NamedModel[] =>
    pool.models
      .filter((model) => model.role === role && model.included)
      .map(({ id, name, weight, sha256 = null }) => ({
        name,
        weight,
        sha256,
        part: parts.get(id) ?? null,
      }));
  const [pretrained] = named('base');
  const experts = named('expert');
  if (!pretrained || experts.length === 0) return null;
  return {
    method: {
      name: method.name,
      // As they hold, defaults too: another version may have others.
      options: Object.fromEntries(method.options.map(({ option, value }) => [option.name, value])),
    },
    scalingFactor: method.hasScalingFactor ? scalingFactor : null,
    ...(method.hasScalingFactor && hasLayers && { layers: merge.layers }),
    pretrained,
    experts,
  };
}

function wanted(name: string, merge: NamedMerge, snapshot: StudioState | null): WantedModel {
  const named = [merge.pretrained, ...merge.experts].find((model) => model.name === name);
  const otherWeights = snapshot?.pool.models.some((model) => model.name === name) ?? false;
  return { name, sha256: named?.sha256 ?? null, otherWeights };
}
