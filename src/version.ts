/** Version of this program, and of the packages that it was made with, as package.json says them. */
import { devDependencies, dependencies as required, version } from '../package.json';

export { version };

/** What `--version` says. */
export const versionLine = `task-arithmetic-studio ${version}`;

/** Those that the page has in it are not installed with the program. */
export const dependencies = { ...devDependencies, ...required };
