/** `task-arithmetic-studio COMMAND ...`: the installed program, one name for what `npm` runs in the sources. */
import { nearestName } from '../program/hydra/values/nearest';
import { versionLine } from '../version';
import { COMPLETION_SCRIPTS } from './completion-scripts';

const NAME = 'task-arithmetic-studio';

const USAGE = `${NAME} COMMAND ...

start       serves the page on this machine alone, and opens it in the browser
fuse        merges models and scores the result, as fusion_bench does with the same configuration
inspect     says what a checkpoint is, tensor by tensor, and how it can be used in a merge
completion  prints what completes command lines: source <(${NAME} completion bash), or zsh

${NAME} COMMAND --help tells more. --version, -v says which version this is.
Try it: ${NAME} start
        ${NAME} fuse --config-path config/_get_started --config-name demo`;

/** Where the program is installed, and what it does not have in itself. */
export interface StudioEnvironment {
  readonly cwd: string;
  /** The folder of the configurations that come with it. */
  readonly configs: string;
  /** The folder of the built programs. */
  readonly programs: URL;
  /** Serves the page; resolves with the exit code while the server still runs. */
  readonly start: (args: readonly string[]) => Promise<number>;
}

type Command = (args: readonly string[], environment: StudioEnvironment) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  start: (args, { start }) => start(args),
  // Loaded when their turn comes.
  fuse: async (args, environment) =>
    (await import('./fuse')).main(args, { ...environment, command: `${NAME} fuse` }),
  inspect: async (args, { cwd }) => (await import('./inspect')).main(args, cwd, `${NAME} inspect`),
  async completion([shell = '']) {
    const script = COMPLETION_SCRIPTS.get(shell);
    if (script !== undefined) return print(script);
    return refuse(`completion: for bash or zsh.`);
  },
  /** Asked by the scripts: the words so far, the last of which is being typed. */
  async complete(words, environment) {
    const [command = '', ...rest] = words;
    const offered = [
      ...Object.keys(commands).filter((name) => name !== 'complete'),
      '--help',
      '--version',
    ];
    const found =
      rest.length === 0
        ? offered.filter((name) => name.startsWith(command))
        : await completionsOf(command, rest, environment);
    return found.length > 0 ? print(found.join('\n')) : 0;
  },
};

async function completionsOf(
  command: string,
  words: readonly string[],
  environment: StudioEnvironment,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const among = (names: readonly string[]) => names.filter((name) => name.startsWith(current));
  switch (command) {
    case 'fuse':
      return (await import('./fuse/complete')).completions(
        words.slice(0, -1),
        current,
        environment,
      );
    case 'inspect':
      return current.startsWith('-') ? among(['--json', '--help']) : [];
    case 'start':
      return among(['--port', '--hub', '--help']);
    case 'completion':
      return among([...COMPLETION_SCRIPTS.keys()]);
    default:
      return [];
  }
}

/** @returns the exit code */
export async function main(
  args: readonly string[],
  environment: StudioEnvironment,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) return refuse(USAGE);
  if (name === '--help' || name === '-h' || name === 'help') return print(USAGE);
  if (name === '--version' || name === '-v') return print(versionLine);
  if (Object.hasOwn(commands, name)) return (commands[name] as Command)(rest, environment);
  const near = nearestName(name, Object.keys(commands));
  return refuse(`There is no command ${name}.${near ? ` Did you mean ${near}?` : ''}\n\n${USAGE}`);
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function refuse(text: string): number {
  console.error(text);
  return 2;
}
