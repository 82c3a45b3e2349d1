/** Version of this program, and of the packages that it was made with, as package.json says them. */
export { dependencies, version } from '../package.json';
