/** What a run ends with: the commands that most people want next. */
import type { PlannedRun } from './plan';

/** As it is typed; `++` because a configuration may have the key or not. */
export const SAVE_OVERRIDE = `"++merged_model_save_path='{log_dir}/model'"`;

/**
 * @param saved - the folder of the model of the last run, where one was saved
 * @param command - as the program is called
 * @returns lines; none where there is nothing to go on with, as nothing was merged
 */
export function nextSteps(
  runs: readonly Pick<PlannedRun, 'program'>[],
  saved: string | null,
  command: string,
): string[] {
  if (saved !== null) {
    const folder = shellWord(saved);
    return [
      `Next: ${inspectCommand(command)} ${folder}, or drop the folder on the page.`,
      `To publish it: hf upload YOUR_NAME/YOUR_MODEL ${folder}`,
    ];
  }
  const merges = runs.some(({ program: { method } }) => {
    return method.target !== 'DummyAlgorithm' && method.target !== 'TaskVectorCosSimilarity';
  });
  if (!merges) return [];
  const which = runs.length > 1 ? 'one of these runs by itself' : 'the same command';
  return [`Next: ${which} with ${SAVE_OVERRIDE} saves the merged model.`];
}

/** `npm run fuse --` has its sister in the sources, `task-arithmetic-studio fuse` in an installation. */
function inspectCommand(command: string): string {
  return command.startsWith('npm run')
    ? 'npm run -s inspect --'
    : command.replace(/fuse$/, 'inspect');
}

/** A word of a command line, quoted where the shell would take it apart. */
export function shellWord(text: string): string {
  return /^[\w./\\:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
