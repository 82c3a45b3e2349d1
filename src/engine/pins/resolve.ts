/**
 * What a pin comes to in this library: which of its models are there, and the keys of its scores. Those follow from the files
 * alone, whatever base and parts the pool has now; nothing is opened for it. Pure.
 */
import { factorsOf, isFlat } from '../../method/layers/factors';
import { mergedNames } from '../../modelpool/judge';
import { memo } from '../memo';
import { methodInForce } from '../method';
import { matchRecipe } from '../pool/restoring';
import { NO_RECORDS } from '../records';
import {
  type EngineKind,
  type FilesKey,
  filesKey,
  keyText,
  type ScoreKey,
  type SourceKey,
  scoreText,
  type TaskKey,
  type WeightsKey,
} from '../scoring/keys';
import { lookedAtKey, ownTasks } from '../scoring/looked-at';
import type { Unit } from '../scoring/plan';
import { donorOf, ownedTasks, type TaskInput } from '../scoring/readiness';
import { filesOf, type Pool, type PoolModel, type Task } from '../value';
import { recipeOfPin } from './pin';
import type { NamedPin, Pin, PinnedModel } from './types';

export interface ResolvedPin {
  readonly pin: Pin;
  /** By the names that its models have now. */
  readonly named: NamedPin;
  /** Names of the models that are not there. */
  readonly missing: readonly string[];
  /** Null where models are not there. */
  readonly scored: { readonly weights: WeightsKey; readonly donor: SourceKey | null } | null;
}

export const resolvePin = memo((pin: Pin, pool: Pool, tasks: readonly Task[]): ResolvedPin => {
  const byId = new Map(pool.models.map((model) => [model.id, model]));
  const records = { ...NO_RECORDS, baseId: pool.baseId, models: pool.models };
  const sumOf = (id: string) => byId.get(id)?.facts.sha256;
  const { restored, missing } = matchRecipe(recipeOfPin(pin), records, sumOf);
  const placed = (restored?.models ?? []).slice(0, 1 + pin.experts.length);
  const models = placed.flatMap(({ id, part, weight }) => {
    const model = byId.get(id);
    return model ? [{ model, part, weight }] : [];
  });
  const [base, ...experts] = models;
  return {
    pin,
    named: { name: pin.name, merge: namedAs(pin, models) },
    missing,
    scored: base && restored ? scoredAs(pin, pool, tasks, base, experts) : null,
  };
});

interface Placed {
  readonly model: PoolModel;
  readonly part: string | null;
  readonly weight: number;
}

function scoredAs(
  { method: set, scalingFactor, layers }: Pin,
  pool: Pool,
  tasks: readonly Task[],
  base: Placed,
  experts: readonly Placed[],
): ResolvedPin['scored'] {
  const { method, options } = methodInForce(set, experts.length);
  const baseFiles = filesAs(base);
  const baseKey: SourceKey = { files: baseFiles, openedAgainst: null };
  const opened = base.model.opened.model;
  const factors =
    method.kind === 'task vector' && layers && opened
      ? factorsOf(layers, mergedNames(opened))
      : undefined;
  const found = donorOf(pool, base.model);
  const donor =
    found && (found === base.model ? baseKey : { files: filesOf(found), openedAgainst: baseFiles });
  const merged = experts.map((expert) => ({
    source: { files: filesAs(expert), openedAgainst: baseFiles },
    weight: expert.weight,
  }));
  // Where pictures are missing now there is no score that it could have.
  const looksAt = () => {
    const sources = merged.map(({ source }) => source);
    const own = ownTasks(sources, ownedTasks(pool, tasks)).flatMap((task) => task ?? []);
    return lookedAtKey(own, opened?.processor ? null : donor);
  };
  return {
    weights: {
      kind: 'merged',
      combination: {
        base: baseKey,
        experts: merged,
        method: method.name,
        options,
        ...(method.needsPictures && { looksAt: looksAt() }),
      },
      scalingFactor: scalingFactor ?? 1,
      ...(factors && !isFlat(factors) && { layers: factors }),
    },
    donor,
  };
}

/** The files with that part, as they would be called where they were opened so. */
function filesAs({ model: { id, opened }, part }: Placed): FilesKey {
  const { found, part: asked } = opened.model?.checkpoint ?? {};
  const isUsual = part === null || (asked === undefined && found?.key === part);
  return filesKey(id, isUsual ? undefined : part);
}

function namedAs(pin: Pin, models: readonly Placed[]): NamedPin['merge'] {
  const { id: _, name: __, pretrained, experts, ...settings } = pin;
  const named = ({ id: ___, ...said }: PinnedModel, place: number) => {
    const model = models[place]?.model;
    return model ? { ...said, name: model.name, sha256: model.facts.sha256 ?? said.sha256 } : said;
  };
  return {
    ...settings,
    pretrained: named(pretrained, 0),
    experts: experts.map((expert, place) => named(expert, place + 1)),
  };
}

/** What its scores on these tasks are looked up by; none where its models are not there. */
export function pinColumn(
  pin: ResolvedPin,
  tasks: readonly TaskInput[],
  engine: EngineKind,
): readonly Unit[] {
  return columns[engine](pin, tasks);
}

const columnFor = (engine: EngineKind) =>
  memo(({ scored }: ResolvedPin, tasks: readonly TaskInput[]): Unit[] =>
    tasks.flatMap((task) => {
      if (!scored?.donor) return [];
      const key: ScoreKey = {
        engine,
        weights: scored.weights,
        task: withDonor(task.key, scored.donor),
      };
      return [{ key, text: scoreText(key), task }];
    }),
  );
const columns = { cpu: columnFor('cpu'), webgpu: columnFor('webgpu') };

function withDonor(key: TaskKey, donor: SourceKey): TaskKey {
  return keyText(key.donor) === keyText(donor) ? key : { ...key, donor };
}
