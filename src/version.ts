/** Version of this program, as package.json says it. */
export { version } from '../package.json';
