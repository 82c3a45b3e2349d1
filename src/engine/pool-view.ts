/** The pool as the page shows it. Pure. */

import type { ClipModel } from '../clip/types';
import { mergedNames } from '../modelpool/judge';
import type { Finding, ModelView, PoolView } from './api';
import type { ShelvedModel } from './model-shelf';
import { experts, includedExperts, type PoolEntry, type PoolState } from './pool-state';

export function poolView(pool: PoolState, shelf: ReadonlyMap<string, ShelvedModel>): PoolView {
  const base = pool.entries.find(({ id }) => id === pool.baseId);
  const ordered = base ? [base, ...experts(pool)] : [...pool.entries];
  const models = ordered.flatMap((entry) => {
    const shelved = shelf.get(entry.id);
    const duplicates = duplicateFindings(entry, ordered, shelf);
    return shelved ? [modelView(entry, shelved, entry === base, duplicates)] : [];
  });
  const findings = poolFindings(pool, models);
  const counted = models.filter(({ role, included }) => role === 'base' || included);
  const broken = [...findings, ...counted.flatMap((model) => model.findings)].some(
    ({ severity }) => severity === 'error',
  );
  return {
    models,
    findings,
    mergeable: base !== undefined && includedExperts(pool).length > 0 && !broken,
  };
}

/** Says of every model but the first that has the same weights file that it is the same. */
function duplicateFindings(
  { id, name }: PoolEntry,
  ordered: readonly PoolEntry[],
  shelf: ReadonlyMap<string, ShelvedModel>,
): Finding[] {
  const sha256 = shelf.get(id)?.sha256;
  const first = ordered.find((other) => shelf.get(other.id)?.sha256 === sha256);
  if (sha256 === undefined || !first || first.id === id) return [];
  return [
    {
      severity: 'warning',
      subject: name,
      message: `${name} has the very weights of ${first.name}; remove one of the two, or its task vector counts twice.`,
      details: [`SHA-256 ${sha256}`],
    },
  ];
}

function modelView(
  entry: PoolEntry,
  shelved: ShelvedModel,
  isBase: boolean,
  duplicates: readonly Finding[],
): ModelView {
  const { model, bytes, sha256, findings, taskVector } = shelved;
  return {
    id: entry.id,
    name: entry.name,
    origin: entry.origin,
    role: isBase ? 'base' : 'expert',
    included: entry.included,
    weight: isBase ? 1 : entry.weight,
    bytes,
    architecture: model?.architecture ?? 'unreadable',
    geometry: model ? geometryText(model) : '',
    dtypes: model ? dtypesText(model) : '',
    mergedTensors: model ? mergedNames(model).length : 0,
    hasTextTower: canGiveText(model),
    relativeNorm: isBase ? undefined : taskVector?.relativeNorm,
    sha256,
    metadata: [...(model?.checkpoint.metadata ?? [])],
    assumptions: model?.assumptions ?? [],
    findings: [...findings, ...duplicates],
  };
}

/** A full CLIP with its tokenizer and projection: what zero-shot scoring takes from one model. */
export function canGiveText(model: ClipModel | undefined): boolean {
  return (
    model?.text !== undefined &&
    model.tokenizer !== undefined &&
    model.visualProjection !== undefined
  );
}

function poolFindings(pool: PoolState, models: readonly ModelView[]): Finding[] {
  if (models.length === 0) return [];
  if (pool.baseId === null) {
    return [
      {
        severity: 'warning',
        message:
          'There is no pretrained model: add the full CLIP that the experts were fine-tuned from, or choose one of these as the base.',
        details: [],
      },
    ];
  }
  if (includedExperts(pool).length === 0) {
    return [
      {
        severity: 'info',
        message: 'Add at least one fine-tuned model to merge.',
        details: [],
      },
    ];
  }
  const counted = models.filter(({ role, included }) => role === 'base' || included);
  const types = new Map(counted.map(({ name, dtypes }) => [name, dtypes]));
  if (new Set(types.values()).size > 1) {
    return [
      {
        severity: 'info',
        message:
          'The files have different element types; all are read as float32, and the result is rounded once to the type that is downloaded.',
        details: [...types].map(([name, dtypes]) => `${name}: ${dtypes}`),
      },
    ];
  }
  return [];
}

/** The published names of CLIP's vision towers, by width. */
const SIZES: Readonly<Record<number, string>> = { 768: 'B', 1024: 'L', 1280: 'H', 1664: 'bigG' };

function geometryText({ vision }: ClipModel): string {
  const { hiddenSize, layers, patchSize, imageSize } = vision;
  const size = SIZES[hiddenSize];
  const name = size ? `ViT-${size}/${patchSize}` : `ViT/${patchSize}`;
  return `${name} · ${hiddenSize} × ${layers} · ${imageSize} px`;
}

function dtypesText(model: ClipModel): string {
  return [...new Set([...model.visionTensors.values()].map(({ dtype }) => dtype))]
    .sort()
    .join(', ');
}
