import { BUNDLED, OPTIONAL } from './scripts/lib/shipped.mjs';

/**
 * The arrows between the rooms of `src`, as a lint rule. They go down only, and what computes knows nothing of the page.
 * Tests may reach sideways: the rules bind the program.
 */
const tests = ['\\.(test|fixture)\\.tsx?$', '/(test-support|testing|fixtures)[./]'];

/** What stands above all rooms and knows none: every room may import it. */
const common = '^src/(errors|version|code-points|quantities|shorten|csv|let-go)\\.ts$';

/** Which rooms each room may import, besides itself. */
const arrows = {
  // What only the page that may ask the Hub has: it stands on the page, which does not know it.
  edition: ['app', 'state', 'program', 'hub', 'modelpool', 'checkpoint'],
  app: ['state'],
  state: ['engine'],
  engine: [
    'program',
    'storage',
    'modelpool',
    'method',
    'taskpool',
    'clip',
    'checkpoint',
    'runtime',
  ],
  cli: ['program', 'method'],
  library: ['program', 'modelpool', 'method', 'clip', 'checkpoint', 'runtime'],
  program: ['modelpool', 'method', 'taskpool', 'clip', 'checkpoint', 'runtime', 'hub'],
  hub: ['modelpool', 'checkpoint'],
  modelpool: ['clip', 'checkpoint'],
  taskpool: ['clip', 'checkpoint', 'runtime'],
  method: ['modelpool', 'clip', 'checkpoint', 'runtime'],
  clip: ['checkpoint', 'runtime'],
  storage: ['checkpoint'],
  runtime: [],
  checkpoint: [],
};

/** These run in Node as well as in a worker: no page, no thread, no database, no file system. */
const belowThePage = 'program|hub|modelpool|method|taskpool|clip|checkpoint|runtime';

/** Packages that belong to some rooms alone. */
const owners = {
  'react|react-dom|react-dropzone': ['app', 'edition'],
  zustand: ['app', 'edition', 'state'],
  comlink: ['engine'],
  'idb-keyval': ['storage'],
  'onnxruntime-web|onnxruntime-node': ['runtime'],
  '@huggingface/hub': ['hub'],
};

/** What the page's side may know of the engine: its client, and the types both sides speak. */
const engineClient = '^src/engine/(client|api)\\.ts$';
const engineTypes = '^src/engine/api\\.ts$';

/** What a path promises is told by names alone, and sorts a drop into pools before the engine reads any of it. */
const fileRoles = '^src/checkpoint/(file-roles|hub-cache-path)\\.ts$';

const roomRules = Object.entries(arrows).map(([room, allowed]) => ({
  name: `arrow-from-${room}`,
  comment: `src/${room} may import ${['itself', ...allowed].join(', ')} only.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: tests },
  to: {
    path: '^src/',
    pathNot: [
      common,
      `^src/(${[room, ...allowed].join('|')})/`,
      ...(room === 'app' ? [engineTypes] : []),
      ...(room === 'state' ? [fileRoles] : []),
    ],
  },
}));

const ownerRules = Object.entries(owners).map(([packages, rooms]) => ({
  name: `only-${rooms.join('-and-')}-imports-${packages.replaceAll('|', '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [...tests, `^src/(${rooms.join('|')})/`] },
  // Without the folder where a package could not be followed (`?url`).
  to: { path: [`^(${packages})(/|$)`, `node_modules/(${packages})/`] },
}));

export default {
  forbidden: [
    ...roomRules,
    ...ownerRules,
    {
      name: 'every-file-has-a-room',
      comment: 'A new room gets its arrows above.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [...tests, common, `^src/(${Object.keys(arrows).join('|')})/`],
      },
      to: {},
    },
    {
      name: 'what-is-common-stands-alone',
      severity: 'error',
      from: { path: common },
      to: { path: '^src/', pathNot: common },
    },
    {
      name: 'state-reaches-the-engine-through-its-client',
      severity: 'error',
      from: { path: '^src/state/', pathNot: tests },
      to: { path: '^src/engine/', pathNot: engineClient },
    },
    {
      name: 'app-knows-only-types-of-the-engine',
      severity: 'error',
      from: { path: '^src/app/', pathNot: tests },
      to: { path: '^src/engine/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'hydra-knows-no-program',
      comment:
        "src/program/hydra is Hydra's language and nothing else, its tests too: what a program means by it is src/program/config's.",
      severity: 'error',
      from: { path: '^src/program/hydra/' },
      to: { path: '^src/', pathNot: [common, '^src/program/hydra/'] },
    },
    {
      name: 'only-runtime-imports-shaders',
      severity: 'error',
      from: { path: '^src/', pathNot: [...tests, '^src/runtime/'] },
      to: { path: '^shaders/' },
    },
    {
      name: 'no-node-in-the-page',
      comment:
        'The page has no Node. What needs it belongs to src/cli or src/library, or into a file that says so: x-node.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: [...tests, '^src/(cli|library)/', '-node\\.(ts|cjs)$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'tests-stay-on-their-side-of-the-page',
      comment: 'A test of what computes must run without a page, too.',
      severity: 'error',
      from: { path: `^src/(${belowThePage})/` },
      to: { path: '^src/(edition|app|state|engine)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-imports-of-tests',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      // Vite's suffixes are beyond the resolver where the package has an exports map; the build checks those.
      to: { couldNotResolve: true, pathNot: '\\?(url|raw|worker)$' },
    },
    {
      name: 'no-undeclared-packages',
      comment:
        'Declare it in package.json; development packages are for tests, but for those that scripts/lib/shipped.mjs names.',
      severity: 'error',
      from: { pathNot: tests },
      to: {
        pathNot: [`node_modules/(${[...BUNDLED, ...OPTIONAL].join('|')})/`],
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    // Imports of types are arrows like any other.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
