/** Test support: mutated configurations and overrides; each is known by its seed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '../../checkpoint/random.fixture';
import type { FuzzTarget } from '../../checkpoint/testing/fuzz';
import { readProgram } from '../config/program/read-program';
import { compose } from '../hydra/compose';
import { configFolder } from '../hydra/folder-node';

const FOLDER = join(import.meta.dirname, '../../../config');

/** What YAML, interpolations and defaults lists are made of. */
const PIECES = [
  ...[
    '${',
    '}',
    '${oc.env:',
    '$' + '{now:%Y}',
    '${..',
    '$' + '{method}',
    '???',
    '&a ',
    '*a',
    '<<: *a',
    '!!float ',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|\n',
    '>\n',
    '- ',
    ': ',
    '#',
    '\t',
    '\n',
    '\n  ',
    '---\n',
    '\\',
  ],
  ...[
    'defaults:\n  - _self_\n',
    '  - override /method: dummy\n',
    '_target_: ',
    'null',
    '~',
    '1e999',
  ],
  ...[
    '-0',
    '.nan',
    '0x1F',
    '1_000',
    '9'.repeat(30),
    '\u0000',
    '\ufeff',
    '\u{1f600}',
    '__proto__: 1\n',
  ],
] as const;

const OVERRIDES = [
  ...['method.scaling_factor=', '+x=', '++a.b=', '~method', 'method=', '+method@x=', 'seed='],
  ...['taskpool.test_datasets.x=', '+{a:1}=', 'modelpool.models.a=', 'hydra.run.dir='],
] as const;

const TUTORIAL = '_get_started/clip_task_arithmetic.yaml';
const WHOLE = [
  'method=task_arithmetic',
  'modelpool=CLIPVisionModelPool/clip-vit-base-patch32_TA8',
  'taskpool=CLIPVisionModelTaskPool/clip-vit-classification_TA8',
];

/** The file that is changed, and what composes it. */
const SOURCES = [
  { name: TUTORIAL, configName: TUTORIAL, asked: [] },
  { name: '_get_started/demo.yaml', configName: '_get_started/demo.yaml', asked: [] },
  { name: 'fabric_model_fusion.yaml', configName: 'fabric_model_fusion.yaml', asked: WHOLE },
  ...WHOLE.map((line) => ({
    name: `${line.replace('=', '/')}.yaml`,
    configName: 'fabric_model_fusion.yaml',
    asked: WHOLE,
  })),
];

/** The configuration of this seed: a file of this program's own tree, changed, and a few overrides. */
function mutatedConfiguration(seed: number) {
  const below = randomSource(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item =>
    items[below(items.length)] as Item;
  const { name, configName, asked } = pick(SOURCES);
  let text = readFileSync(join(FOLDER, name), 'utf8');
  for (let changes = below(4); changes > 0; changes--) {
    const at = below(text.length + 1);
    const length = below(12);
    const kind = below(4);
    if (kind === 0) text = text.slice(0, at) + text.slice(at + length);
    else if (kind === 1)
      text = text.slice(0, at) + text.slice(at, at + length * 8) + text.slice(at);
    else text = text.slice(0, at) + pick(PIECES).repeat(1 + below(3)) + text.slice(at);
  }
  const overrides = Array.from({ length: below(3) }, () =>
    Array.from({ length: 1 + below(3) }, () => pick(PIECES)).reduce(
      (line, piece) => line + piece,
      pick(OVERRIDES),
    ),
  );
  return { name, configName, text, overrides: [...asked, ...overrides] };
}

/** FusionBench's configurations and overrides. */
export const CONFIGURATIONS: FuzzTarget = {
  name: 'YAML',
  async read(seed) {
    const { name, configName, text, overrides } = mutatedConfiguration(seed);
    const tree = configFolder(FOLDER);
    const { config, referenced } = await compose({
      ...tree,
      read: async (path) => (path === name ? text : tree.read(path)),
      configName,
      overrides,
      env: {},
    });
    readProgram(config, referenced);
  },
};
