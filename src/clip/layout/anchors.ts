/** Where a CLIP's own names begin in a file: whatever training code put before them, no list of wrappers is needed. */
import { FormatError } from '../../errors';

/** A picture tower in a file. */
export interface Anchor {
  readonly convention: 'huggingface' | 'openclip';
  /** Everything before the tower's own names (`model.vision_model.`, `module.visual.`), empty for a tower alone. */
  readonly tower: string;
  /** What of that stands before the name of the tower itself: the prefix of the whole CLIP. */
  readonly wrapper: string;
  /** The tower is called by its name (`vision_model.`, `visual.`) before its tensors. */
  readonly isNamed: boolean;
}

/** `first` is a tensor by which a tower is known, together with its `sibling` where others have the first one too. */
const CONVENTIONS = [
  {
    convention: 'huggingface',
    first: 'embeddings.patch_embedding.weight',
    sibling: '',
    tower: 'vision_model.',
  },
  { convention: 'openclip', first: 'conv1.weight', sibling: 'class_embedding', tower: 'visual.' },
] as const;

/**
 * A name without what wraps modules in the middle of it: torch.compile, FSDP and activation checkpointing insert segments that
 * begin with an underscore (`_orig_mod`, `_fsdp_wrapped_module`), and no CLIP has one.
 */
export function unwrapped(name: string): string {
  return name.includes('_') ? name.replaceAll(/(^|\.)(?:_[^.]*\.)+/g, '$1') : name;
}

/** Every picture tower of these (unwrapped) names. */
export function findAnchors(names: ReadonlySet<string>): Anchor[] {
  const anchors: Anchor[] = [];
  for (const name of names) {
    for (const { convention, first, sibling, tower } of CONVENTIONS) {
      const prefix = prefixOf(name, first);
      if (prefix === undefined || (sibling && !names.has(prefix + sibling))) continue;
      const at = segmentAt(prefix, tower);
      anchors.push({
        convention,
        tower: prefix,
        wrapper: at < 0 ? prefix : prefix.slice(0, at),
        isNamed: at >= 0,
      });
    }
  }
  return anchors;
}

/**
 * The only picture tower of these names; undefined where there is none.
 * @throws FormatError where there are several, such as a student's and a teacher's
 */
export function onlyAnchor(file: string, names: ReadonlySet<string>): Anchor | undefined {
  const anchors = findAnchors(names);
  const [anchor, ...others] = anchors;
  if (others.length === 0) return anchor;
  const prefixes = anchors.map(({ tower }) => (tower === '' ? 'no prefix' : `"${tower}"`));
  const [first = ''] = anchors
    .map(({ tower, wrapper }) => (wrapper || tower).slice(0, -1))
    .filter(Boolean);
  throw new FormatError(
    file,
    `it holds ${anchors.length} picture towers, under ${prefixes.join(' and ')}, and nothing says which is meant. Save the one that you mean alone, or name it on the command line behind the file (${file}#${first}).`,
  );
}

/**
 * What stands before the text tower's own names: one of the `expected` prefixes where the tower is there, else the only
 * other one that there is.
 */
export function textPrefix(
  names: readonly string[],
  first: string,
  expected: readonly string[],
): string | undefined {
  const found = names.flatMap((name) => prefixOf(name, first) ?? []);
  return (
    expected.find((prefix) => found.includes(prefix)) ?? (found.length === 1 ? found[0] : undefined)
  );
}

/** What stands before `ending` in a name, if it is empty or whole segments. */
export function prefixOf(name: string, ending: string): string | undefined {
  if (!name.endsWith(ending)) return undefined;
  const prefix = name.slice(0, name.length - ending.length);
  return prefix === '' || prefix.endsWith('.') ? prefix : undefined;
}

/** Where the last segment called so begins in a prefix; -1 where there is none. */
function segmentAt(prefix: string, segment: string): number {
  return `.${prefix}`.lastIndexOf(`.${segment}`);
}
