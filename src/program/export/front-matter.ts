/**
 * The metadata at the head of a model card, which the Hugging Face Hub reads: huggingface/hub-docs, `modelcard.md` and
 * `docs/hub/model-cards.md`. It refuses a `base_model` that is no repository, so that only those that are known are named.
 */
import { writeYaml } from '../config/formats/write-yaml';
import type { Recipe } from '../report';
import type { ExportChoice, ExportFormat } from './formats';
import type { HubModel } from './hub-names';

/** What every card of this program begins with, by which an earlier one is known. */
export const CARD_BEGINNING = '---\n# Written by Task Arithmetic Studio';

const LIBRARIES: Readonly<Record<ExportFormat, string>> = {
  transformers: 'transformers',
  openclip: 'open_clip',
  onnx: 'onnx',
  lora: 'peft',
};

const OWN_TAGS: Readonly<Record<ExportFormat, readonly string[]>> = {
  transformers: [],
  openclip: [],
  onnx: ['onnx'],
  lora: ['lora'],
};

/** @param hub - by the name of a model in the recipe, where it is known */
export function frontMatter(
  recipe: Recipe,
  { format, content }: Pick<ExportChoice, 'format' | 'content'>,
  hub: ReadonlyMap<string, HubModel>,
): string {
  const { pretrained, experts, method, programVersion } = recipe;
  // An adapter is one of its base alone.
  const sources = format === 'lora' ? [pretrained] : [pretrained, ...experts];
  const known = [...new Set(sources.flatMap(({ name }) => hub.get(name)?.repository ?? []))];
  const unknown = sources.filter(({ name }) => !hub.has(name)).map(({ name }) => oneLine(name));
  const comment = [
    `Written by Task Arithmetic Studio ${programVersion}.`,
    'No licence is set: the terms of all sources hold for what is merged from them. Set the one that does',
    '(https://huggingface.co/docs/hub/repositories-licenses):',
    'license: ...',
    ...(unknown.length > 0
      ? [
          `base_model lacks these, whose repositories on the Hub are not known: ${unknown.join(', ')}`,
        ]
      : []),
  ].join('\n');
  const isWhole = content === 'clip' && format !== 'onnx';
  const yaml = writeYaml(
    {
      library_name: LIBRARIES[format],
      pipeline_tag: isWhole ? 'zero-shot-image-classification' : 'image-feature-extraction',
      base_model: known.length > 0 ? known : undefined,
      base_model_relation: known.length === 0 ? undefined : format === 'lora' ? 'adapter' : 'merge',
      tags: [
        ...new Set(['merge', 'task-arithmetic', methodTag(method), 'clip', ...OWN_TAGS[format]]),
      ],
    },
    comment,
  );
  return `---\n${yaml}---\n`;
}

/** `TiesMergingAlgorithm` is `ties-merging`. */
function methodTag(method: string): string {
  return method
    .replace(/Algorithm$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

/** Names come from files: none ends a comment. */
function oneLine(name: string): string {
  return name.replace(/\s+/g, ' ');
}
