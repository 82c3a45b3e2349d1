/**
 * The model card: a `README.md` that says of a merged model what it was made of and how, what it scored, and how it is loaded.
 * Pure: whoever writes it has the figures.
 */
import type { ClipModel } from '../../clip/types';
import { averageInterval } from '../../taskpool/statistics/average-interval';
import { outputDtype } from '../merged-model';
import type { Recipe, RecipeModel, TaskResult } from '../report';
import { CURVE_FILE, type ExportChoice } from './formats';
import { frontMatter } from './front-matter';
import type { HubModel } from './hub-names';
import { loadingText } from './loading';
import { type LowRankReport, lowRankText } from './low-rank-report';

/** What a card says of a model on a task. */
export type CardScore = Pick<
  TaskResult,
  'task' | 'n' | 'correct' | 'available' | 'accuracy' | 'interval' | 'choosing'
>;

export interface CardScores {
  readonly merged: readonly CardScore[];
  readonly pretrained: readonly CardScore[];
  /** Each task's own expert. */
  readonly expert: readonly CardScore[];
  /** The curve lies beside the card; on which pictures it was measured. */
  readonly curve: 'to choose by' | 'to report on' | null;
}

export interface CardInput {
  readonly recipe: Recipe;
  readonly choice: Pick<ExportChoice, 'format' | 'content' | 'dtype'>;
  readonly pretrained: ClipModel;
  /** By the name of a model in the recipe, where it is known. */
  readonly hub: ReadonlyMap<string, HubModel>;
  readonly scores: CardScores;
  readonly lowRank?: LowRankReport | undefined;
}

export function modelCard(input: CardInput): string {
  const { recipe, choice, hub, scores, lowRank } = input;
  const { pretrained, experts } = recipe;
  const sections = [
    `# ${cell(titleOf(recipe))}`,
    `${whatIs(choice)}, made by Task Arithmetic Studio ${recipe.programVersion} of ${experts.length === 1 ? 'one fine-tuned model' : `${experts.length} fine-tuned models`} and ${cell(pretrained.name)}.`,
    '## Recipe',
    recipeText(recipe),
    '## Sources',
    sourceTable(recipe, hub),
    '## Zero-shot accuracy',
    [scoreText(scores), ...(scores.merged.length > 0 ? otherwiseText(input) : [])].join('\n\n'),
    ...(lowRank ? ['## What the adapter holds', lowRankText(lowRank)] : []),
    '## Loading',
    loadingText({
      choice,
      pretrained: input.pretrained,
      base: pretrained.name,
      hub: hub.get(pretrained.name),
    }),
    '## Publishing',
    'Set the licence at the head of this file, and upload the folder:\n\n```sh\nhf upload YOUR_NAME/YOUR_MODEL .\n```',
  ];
  return `${frontMatter(recipe, choice, hub)}\n${sections.join('\n\n')}\n`;
}

/** More names than these are counted. */
const NAMES_IN_TITLE = 4;

function titleOf({ pretrained, experts }: Recipe): string {
  const names = experts.slice(0, NAMES_IN_TITLE).map(({ name }) => name);
  const more = experts.length - names.length;
  const all = [...names, ...(more > 0 ? [`${more} more`] : [])].join(' + ');
  return all === '' ? pretrained.name : `${all} on ${pretrained.name}`;
}

function whatIs({ format, content }: CardInput['choice']): string {
  const part = content === 'clip' ? 'A merged CLIP' : 'The vision tower of a merged CLIP';
  if (format === 'openclip') return `${part} by OpenCLIP's names`;
  if (format === 'onnx') return 'The vision tower of a merged CLIP as ONNX';
  return format === 'lora' ? 'The merged task vector of a CLIP as a LoRA' : part;
}

function recipeText({ method, options, scalingFactor, layers }: Recipe): string {
  const lines = [
    `Method: \`${method}\`${scalingFactor === null ? '' : ', `theta_0 + lambda * S` of its combined task vectors `S`'}`,
    ...(scalingFactor === null ? [] : [`Scaling factor lambda: ${scalingFactor}`]),
    ...Object.entries(options).map(([name, value]) => `${name}: \`${JSON.stringify(value)}\``),
    ...(layers
      ? [
          `Factors by layer, 1 where nothing is said: ${Object.entries(layers)
            .map(([name, factor]) => `\`${name}\` ${factor}`)
            .join(', ')}`,
        ]
      : []),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function sourceTable({ pretrained, experts }: Recipe, hub: ReadonlyMap<string, HubModel>): string {
  const place = ({ name }: RecipeModel) => {
    const found = hub.get(name);
    if (!found) return '';
    const { repository, commit } = found;
    return commit === undefined ? repository : `${repository} @ \`${commit}\``;
  };
  const row = (role: string, model: RecipeModel) => [
    role,
    model.part === undefined ? cell(model.name) : `${cell(model.name)} (${cell(model.part)})`,
    role === 'base' ? '' : String(model.weight),
    place(model),
    model.sha256 === null ? 'not computed' : `\`${model.sha256}\``,
  ];
  return table(
    ['', 'model', 'weight', 'on the Hub', 'SHA-256 of the weights'],
    [row('base', pretrained), ...experts.map((model) => row('expert', model))],
  );
}

function scoreText({ merged, pretrained, expert, curve }: CardScores): string {
  const figure =
    curve === null
      ? []
      : [
          `![Average accuracy over the scaling factor](${CURVE_FILE})\n\nThe curve is of the pictures ${curve}; the ring is this model.`,
        ];
  if (merged.length === 0) {
    return ['No task was scored when this was saved.', ...figure].join('\n\n');
  }
  const others = [
    ['pretrained', pretrained],
    ['own expert', expert],
  ] as const;
  const beside = others.filter(([, scores]) => scores.length > 0);
  const rows = merged.map((score) => [
    cell(score.task),
    score.available === undefined ? `${score.n}` : `${score.n} of ${score.available}`,
    digits(score.accuracy),
    interval(score.interval),
    ...beside.map(([, scores]) => {
      const found = scores.find(({ task }) => task === score.task);
      return found ? digits(found.accuracy) : '';
    }),
  ]);
  const shares = merged.map(({ correct, n }) => ({ correct, scored: n }));
  const average = [
    'average',
    '',
    digits(mean(merged)),
    interval(averageInterval(shares)),
    // Only where it is over the same tasks.
    ...beside.map(([, scores]) => (scores.length === merged.length ? digits(mean(scores)) : '')),
  ];
  const head = ['task', 'pictures', 'merged', '95 %', ...beside.map(([name]) => name)];
  const chosen = merged.every(({ choosing }) => choosing !== undefined)
    ? 'Scaling factor and weights were chosen by other pictures.'
    : 'If scaling factor and weights were chosen by these pictures, others give lower figures.';
  return [
    table(head, [...rows, average]),
    `Top-1, with the text tower of a CLIP and the class names and prompts of each task; intervals are Wilson's, and normal for the average. ${chosen}`,
    ...figure,
  ].join('\n\n');
}

/** Where what was scored is not to the last digit what is in the file. */
function otherwiseText({ choice, pretrained }: CardInput): string[] {
  if (choice.format === 'lora') {
    return ['The figures are of the merged model, not of the adapter, which holds a part of it.'];
  }
  const [first] = pretrained.visionTensors.values();
  const dtype = first ? outputDtype(first, choice.dtype) : 'F32';
  if (dtype === 'F32') return [];
  const name = dtype === 'F16' ? 'float16' : 'bfloat16';
  return [`The figures are of the weights in float32, before they were rounded to ${name}.`];
}

function mean(scores: readonly CardScore[]): number {
  return scores.reduce((sum, { accuracy }) => sum + accuracy, 0) / scores.length;
}

function digits(value: number): string {
  return value.toFixed(4);
}

function interval([low, high]: readonly [number, number]): string {
  return `${digits(low)} to ${digits(high)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A name in Markdown: no markup, no line of its own. */
function cell(name: string): string {
  return name.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#]/g, (sign) => `\\${sign}`);
}
