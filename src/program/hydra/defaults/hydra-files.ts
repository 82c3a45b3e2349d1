/**
 * Hydra's own section, as far as configurations speak of it: where a run writes, what it is called. The groups of Hydra's
 * plugins (launchers, sweepers, logging) have their default option only, and it is empty.
 *
 * Source: hydra-core 1.3.8, `hydra/conf`.
 */
const groups: readonly (readonly [group: string, option: string])[] = [
  ['output', 'default'],
  ['launcher', 'basic'],
  ['sweeper', 'basic'],
  ['help', 'default'],
  ['hydra_help', 'default'],
  ['hydra_logging', 'default'],
  ['job_logging', 'default'],
  ['env', 'default'],
];

const config = `
defaults:
${groups.map(([group, option]) => `  - ${group}: ${option}`).join('\n')}
  - callbacks: null
  - _self_
mode: null
searchpath: []
run:
  dir: outputs/\${now:%Y-%m-%d}/\${now:%H-%M-%S}
sweep:
  dir: multirun/\${now:%Y-%m-%d}/\${now:%H-%M-%S}
  subdir: \${hydra.job.num}
launcher: {}
sweeper: {}
help: {}
hydra_help: {}
hydra_logging: {}
job_logging: {}
env: {}
callbacks: {}
output_subdir: .hydra
overrides:
  hydra: []
  task: []
job:
  name: ???
  chdir: null
  override_dirname: ???
  id: ???
  num: ???
  config_name: ???
  env_set: {}
  env_copy: []
runtime:
  version: ???
  version_base: ???
  cwd: ???
  config_sources: []
  output_dir: ???
  choices: {}
verbose: false
`;

/** The built-in files by path. */
export const HYDRA_FILES: ReadonlyMap<string, string> = new Map([
  ['hydra/config.yaml', config],
  ...groups.map(([group, option]) => {
    // The only one whose content goes elsewhere: `run.dir` and the like.
    const header = group === 'output' ? '# @package hydra\n' : '';
    return [`hydra/${group}/${option}.yaml`, `${header}{}`] as const;
  }),
]);
