/** An inspection in words, for people at a terminal. */
import { shorten } from '../shorten';
import type { InspectedTensor, Inspection, ModelVerdict } from './inspect';

const MAX_SHAPES = 4;
const LABEL_WIDTH = 10;

/** Several lines: what the file is, what it holds, and how it can be used in a merge. */
export function inspectionText({ file, error, ...inspection }: Inspection): string {
  const lines: [label: string, text: string][] =
    error === undefined ? describe(inspection) : [['Refused', error]];
  const rows = lines.map(
    ([label, text]) =>
      `  ${label.padEnd(LABEL_WIDTH)}${text.replaceAll('\n', `\n${' '.repeat(LABEL_WIDTH + 2)}`)}`,
  );
  return [file, ...rows].join('\n');
}

function describe({
  format,
  tensors = [],
  metadata = {},
  model,
}: Omit<Inspection, 'file'>): [string, string][] {
  const notes = Object.entries(metadata).map(
    ([key, value]) => `${key}: ${shorten(value, MAX_VALUE)}`,
  );
  return [
    ['Format', `${format}, ${count(tensors.length, 'tensor')}`],
    ...dtypeLines(tensors).map((line): [string, string] => ['Tensors', line]),
    ...notes.map((note): [string, string] => ['Metadata', note]),
    ...(model ? modelLines(model) : []),
  ];
}

/** Per element type: tensors, values, and the commonest shapes. */
function dtypeLines(tensors: readonly InspectedTensor[]): string[] {
  return [...grouped(tensors, ({ dtype }) => dtype)].map(([dtype, members]) => {
    const values = members.reduce((sum, { shape }) => sum + product(shape), 0);
    const shapes = [...grouped(members, ({ shape }) => `[${shape.join(', ')}]`)]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([shape, same]) => (same.length > 1 ? `${same.length} × ${shape}` : shape));
    const rest = shapes.length - MAX_SHAPES;
    const shown = shapes.slice(0, MAX_SHAPES).join(', ');
    return `${dtype}: ${members.length}, ${values.toLocaleString('en')} values: ${shown}${rest > 0 ? ` and ${count(rest, 'other shape')}` : ''}`;
  });
}

function modelLines(model: ModelVerdict): [string, string][] {
  if (!model.mergeable) return [['No merge', model.error]];
  if (model.kind === 'LoRA adapter') {
    const { base, ranks, modules, replaced, leftOut } = model;
    return [
      [
        'Model',
        [
          'LoRA adapter of a vision tower',
          modules.length > 0 && `${count(modules.length, 'module')} (rank ${ranks.join(', ')})`,
          replaced.length > 0 && count(replaced.length, 'whole tensor'),
        ]
          .filter(Boolean)
          .join(', '),
      ],
      ...(leftOut.length > 0
        ? [
            ['Left out', `${count(leftOut.length, 'tensor')} outside the vision tower`] as [
              string,
              string,
            ],
          ]
        : []),
      [
        'Use',
        `As an expert, together with the model it was trained on${base ? ` (${base})` : ''}.`,
      ],
    ];
  }
  const { vision, text, mergedTensors, assumptions, remarks } = model;
  const towers = [
    `pictures: ${count(vision.layers, 'layer')}, ${vision.hiddenSize} wide, ${count(vision.heads, 'head')}, patches of ${vision.patchSize} in ${vision.imageSize} pixels, ${vision.activation}`,
    text &&
      `prompts: ${count(text.layers, 'layer')}, ${text.hiddenSize} wide, ${count(text.heads, 'head')}, ${text.maxPositions} tokens`,
  ];
  return [
    ['Model', [model.kind, ...towers.filter(Boolean)].join('\n')],
    ...assumptions.map((line): [string, string] => ['Assumed', line]),
    ...remarks.map((line): [string, string] => ['Note', line]),
    ['Use', `${usage(text !== undefined)} ${count(mergedTensors, 'tensor')} would be merged.`],
  ];
}

function usage(hasText: boolean): string {
  return hasText
    ? 'As the base, or as an expert of a base with the same vision tower.'
    : 'As an expert of a base with the same vision tower, or as a base that takes its text tower from a full CLIP.';
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

const MAX_VALUE = 100;
function product(shape: readonly number[]): number {
  return shape.reduce((all, side) => all * side, 1);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
