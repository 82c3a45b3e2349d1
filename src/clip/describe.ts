/** From open weights to a CLIP: which tensors it has, what its geometry is, how its pictures and prompts are prepared. */
import { baseName } from '../checkpoint/file-roles';
import type { Checkpoint, NamedBlob } from '../checkpoint/types';
import { FormatError } from '../errors';
import { defaultProcessor } from './config/processor';
import { type PublishedClip, publishedClip } from './config/published';
import { positiveInteger } from './config/section';
import { readConfiguration, readPreprocessing, readTokenizerFiles } from './config/sources';
import { agree, visionConfig } from './config/tower';
import { textGeometry, type VisionGeometry, visionGeometry } from './geometry';
import { readLayout } from './layout/layout';
import type { Layout } from './layout/types';
import { readProjection, readTextTower, requireVisionTensors } from './parts';
import { remarksOf } from './remarks';
import type { ClipModel } from './types';

/** How much of a file's metadata is looked through for who published it. */
const MAX_WORDS = 10_000;

/**
 * Describes the CLIP in weights that are open already; `files` gives the configuration. An expert without `config.json` takes the
 * configuration of `base`; without a base what was published of its geometry is assumed and listed.
 * @throws FormatError where the weights are no CLIP, are incomplete, or are contradicted by the configuration
 */
export async function describeClip(
  name: string,
  checkpoint: Checkpoint,
  files: readonly NamedBlob[],
  base?: ClipModel,
): Promise<ClipModel> {
  const weights = checkpoint.file;
  // First what the model calls itself: its tensors can look like another one's.
  const { sections, configJson } = await readConfiguration(files);
  const layout = readLayout(checkpoint);
  const inherited = sections === undefined ? base : undefined;
  const assumptions: string[] = [];
  const assume = (sentence: string) => assumptions.push(sentence);

  const geometry = visionGeometry(weights, layout.vision);
  const openClip = sections?.openClip;
  // A base of another width is none that says anything of this model.
  const kin = inherited?.vision.hiddenSize === geometry.hiddenSize ? inherited : undefined;
  const published = sections === undefined ? publishedFor(checkpoint, layout, geometry) : undefined;
  const source = { weights, published, openClip, assume };
  const vision = visionConfig(geometry, {
    ...source,
    section: sections?.vision,
    base: kin?.vision,
  });
  requireVisionTensors(weights, vision, layout.vision);
  const visualProjection = readProjection(weights, vision, layout.rest);
  const text = readTextTower(layout.rest, {
    ...source,
    section: sections?.text,
    base: kin?.text?.config,
  });
  const full = text.tower !== undefined && visualProjection !== undefined;
  const projectionDim = visualProjection?.shape[0] ?? 0;
  if (full && text.projectionDim !== projectionDim) {
    throw new FormatError(
      weights,
      `its pictures are projected to ${projectionDim} dimensions and its prompts to ${text.projectionDim}, so they cannot be compared. Export the model anew.`,
    );
  }

  // In a nested configuration projection_dim is the full model's; a vision tower with a projection may be of another size.
  if (sections !== undefined && visualProjection !== undefined && (full || !sections.text)) {
    const stated = positiveInteger(sections.projection, 'projection_dim');
    agree(sections.projection, 'projection_dim', stated, projectionDim, weights);
  }

  let processor = await readPreprocessing(files, vision.imageSize);
  if (processor === undefined && base?.vision.imageSize === vision.imageSize) {
    processor = base.processor;
  }
  if (processor === undefined) {
    processor = defaultProcessor(vision.imageSize);
    assume(
      `No preprocessor_config.json: pictures are prepared as for OpenAI's CLIPs, at ${vision.imageSize} pixels.`,
    );
  }

  return {
    name,
    checkpoint,
    architecture: full
      ? 'CLIPModel'
      : visualProjection
        ? 'CLIPVisionModelWithProjection'
        : 'CLIPVisionModel',
    vision,
    visionTensors: layout.vision,
    visionPrefix: layout.visionPrefix,
    visualProjection,
    text: full ? text.tower : undefined,
    configJson,
    processor,
    tokenizer: await readTokenizerFiles(files),
    assumptions,
    remarks: [
      ...(text.remark ? [text.remark] : []),
      ...remarksOf(checkpoint, layout, full, inherited),
      ...(openClip?.remarks ?? []),
    ],
  };
}

/** The published CLIP that these tensors are, by their geometry and what the file says of itself. */
function publishedFor(
  { file, metadata, tensors }: Checkpoint,
  layout: Layout,
  vision: VisionGeometry,
): PublishedClip | undefined {
  const found = textGeometry(layout.rest);
  const said = [...metadata].flat().join(' ').slice(0, MAX_WORDS);
  // OpenAI's archives alone carry these three numbers beside the weights.
  const openAi = ['input_resolution', 'context_length', 'vocab_size'].every((n) => tensors.has(n));
  const words = [baseName(file), said, openAi ? 'openai' : ''].join(' ');
  return publishedClip(vision, 'geometry' in found ? found.geometry : undefined, words);
}
