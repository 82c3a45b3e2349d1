/** The pool as the page shows it. Pure; computed once per pool. */
import type { ClipModel } from '../../clip/types';
import { byCodePoint } from '../../code-points';
import { mergedNames } from '../../modelpool/judge';
import type { Finding, ModelView, PoolView } from '../api';
import { memo } from '../memo';
import { baseOf, includedExperts, type Pool, type PoolModel } from '../value';
import { expertsOf } from './edits';
import { isError, modelFindings, vectorOf } from './findings';

export const poolView = memo((pool: Pool): PoolView => {
  const base = baseOf(pool);
  const ordered = base ? [base, ...expertsOf(pool)] : pool.models;
  const models = ordered.map((model) => modelView(model, base, ordered, pool));
  const findings = poolFindings(pool, models);
  const counted = models.filter(({ role, included }) => role === 'base' || included);
  const broken = [...findings, ...counted.flatMap((model) => model.findings)].some(isError);
  return {
    models,
    findings,
    mergeable: base !== undefined && includedExperts(pool).length > 0 && !broken,
  };
});

/** Says of every model but the first that has the same weights that it is the same. */
function duplicateFindings(model: PoolModel, ordered: readonly PoolModel[]): Finding[] {
  const { id, name, facts, opened } = model;
  const { sha256 } = facts;
  const part = opened.model?.checkpoint.part;
  // Two parts of one file are two models.
  const first = ordered.find(
    (other) => other.facts.sha256 === sha256 && other.opened.model?.checkpoint.part === part,
  );
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
  model: PoolModel,
  base: PoolModel | undefined,
  ordered: readonly PoolModel[],
  pool: Pool,
): ModelView {
  const { id, name, origin, source, included, weight, bytes, facts, opened } = model;
  const clip = opened.model;
  const isBase = model === base;
  return {
    id,
    name,
    origin,
    ...(source !== undefined && { source }),
    role: isBase ? 'base' : 'expert',
    included,
    weight: isBase ? 1 : weight,
    bytes,
    architecture: clip?.architecture ?? 'unreadable',
    geometry: clip ? geometryText(clip) : '',
    dtypes: clip ? dtypesText(clip) : '',
    mergedTensors: clip ? mergedNames(clip).length : 0,
    hasTextTower: canGiveText(clip),
    relativeNorm: isBase ? undefined : vectorOf(pool, model)?.relativeNorm,
    sha256: facts.sha256,
    parts: partsOf(model),
    metadata: [...(clip?.checkpoint.metadata ?? [])],
    assumptions: clip?.assumptions ?? [],
    findings: [...modelFindings(pool, model), ...duplicateFindings(model, ordered)],
  };
}

/** What can be taken of its file, where there is a choice. */
function partsOf({ part, opened }: PoolModel): ModelView['parts'] {
  const { found, part: asked } = opened.model?.checkpoint ?? {};
  // Tensors at the top have no key by which they could be asked for.
  const keys = [found?.key, ...(found?.others ?? [])].flatMap((key) => key || []).sort(byCodePoint);
  const taken = opened.model ? (asked ?? found?.key ?? '') : (part ?? '');
  if (keys.includes(taken)) return keys.length > 1 ? { taken, choices: keys } : undefined;
  // Not one of the file's keys: what its tensors' names begin with, or nothing that it has.
  return part === null ? undefined : { taken: part, choices: [part, null] };
}

/** A full CLIP with its tokenizer and projection: what zero-shot scoring takes from one model. */
export function canGiveText(model: ClipModel | undefined): boolean {
  return (
    model?.text !== undefined &&
    model.tokenizer !== undefined &&
    model.visualProjection !== undefined
  );
}

function poolFindings(pool: Pool, models: readonly ModelView[]): Finding[] {
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
