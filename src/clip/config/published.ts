/**
 * What was published of a CLIP that comes without a configuration: heads, activation and pooling by its tensors' geometry.
 * The table is made by `reference/groups/published_clips.py` from open_clip 3.3.0's `model_configs` and `pretrained.py`.
 */
import type { TextGeometry, VisionGeometry } from '../geometry';
import type { TextConfig } from '../types';
import table from './published-clips.json';

/** The two activations that published CLIPs have. */
type PublishedActivation = 'quick_gelu' | 'gelu';

export interface PublishedClip {
  /** Names of the models of this geometry, as OpenCLIP has them. */
  readonly name: string;
  readonly visionHeads: number;
  readonly textHeads: number;
  readonly activation: PublishedActivation;
  readonly textPooling: Pick<TextConfig, 'eosTokenId' | 'pooling'>;
  /** Why this activation, and what speaks against it; sentences for people, none where only one was published. */
  readonly doubt: string | undefined;
}

type Row = (typeof table)[number];

/** Whose models have the same geometry, most used first: what is taken where nothing tells them apart. */
const PUBLISHERS = ['openai', 'laion', 'datacomp', 'dfn', 'metaclip', 'commonpool'];
const MAX_TAGS = 3;

/**
 * The published CLIP of this geometry. One geometry was often published with two activations; then the words that come with
 * the file decide, and else the better known.
 * @param words what the file says of itself: its name, its metadata
 */
export function publishedClip(
  vision: VisionGeometry,
  text: TextGeometry | undefined,
  words: string,
): PublishedClip | undefined {
  const rows = table.filter((row) => isOfVision(row, vision) && (!text || isOfText(row, text)));
  const sameSize = rows.filter((row) => row.vision.image === vision.imageSize);
  const candidates = sameSize.length > 0 ? sameSize : rows;
  const [first] = candidates;
  if (first === undefined) return undefined;
  const { activation, doubt } = chooseActivation(candidates, words);
  const end = 'end' in first.text ? first.text.end : undefined;
  return {
    name: first.name,
    visionHeads: first.vision.heads,
    textHeads: first.text.heads,
    activation,
    textPooling: end === undefined ? { eosTokenId: 2 } : { eosTokenId: end, pooling: 'end token' },
    doubt,
  };
}

function isOfVision({ vision }: Row, geometry: VisionGeometry): boolean {
  return (
    vision.width === geometry.hiddenSize &&
    vision.layers === geometry.layers &&
    vision.mlp === geometry.intermediateSize &&
    vision.patch === geometry.patchSize
  );
}

function isOfText({ text }: Row, geometry: TextGeometry): boolean {
  return (
    text.width === geometry.hiddenSize &&
    text.layers === geometry.layers &&
    text.vocab === geometry.vocabSize
  );
}

function chooseActivation(
  rows: readonly Row[],
  words: string,
): Pick<PublishedClip, 'activation' | 'doubt'> {
  const tags = { quick_gelu: tagsOf(rows, 'quick_gelu'), gelu: tagsOf(rows, 'gelu') };
  if (tags.gelu.length === 0) return { activation: 'quick_gelu', doubt: undefined };
  if (tags.quick_gelu.length === 0) return { activation: 'gelu', doubt: undefined };
  const said = plain(words);
  const scores = (['quick_gelu', 'gelu'] as const).map((activation) => ({
    activation,
    score: Math.max(...tags[activation].map((tag) => likeness(tag, said))),
    rank: Math.min(...tags[activation].map(rank)),
  }));
  const [taken, other] = scores.sort((a, b) => b.score - a.score || a.rank - b.rank);
  if (taken === undefined || other === undefined) return { activation: 'gelu', doubt: undefined };
  const told = taken.score > other.score;
  const list = (activation: PublishedActivation) => {
    const found = tags[activation].toSorted((a, b) => rank(a) - rank(b));
    const rest = found.length - MAX_TAGS;
    return `${found.slice(0, MAX_TAGS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  };
  return {
    activation: taken.activation,
    doubt: `This geometry was published with two activations: ${taken.activation} is taken (${list(taken.activation)})${told ? ", as the file's own words say" : ''}. If the weights are of ${list(other.activation)}, they need ${other.activation}: add the model's config.json, which says so.`,
  };
}

function tagsOf(rows: readonly Row[], activation: PublishedActivation): string[] {
  const tags = rows.flatMap(({ published }) => {
    const byActivation: Partial<Record<PublishedActivation, readonly string[]>> = published;
    return byActivation[activation] ?? [];
  });
  return [...new Set(tags)];
}

/** Larger the more of a training's name the words repeat; 1 where they name only who published it, 0 where neither. */
function likeness(tag: string, said: string): number {
  if (said.includes(plain(tag))) return 1 + plain(tag).length;
  const publisher = PUBLISHERS.find((name) => tag.startsWith(name));
  return publisher !== undefined && said.includes(publisher) ? 1 : 0;
}

function rank(tag: string): number {
  const place = PUBLISHERS.findIndex((name) => tag.startsWith(name));
  return place < 0 ? PUBLISHERS.length : place;
}

/** Letters and digits alone: `laion2B-s32B-b79K` is `laion2b_s32b_b79k`. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
