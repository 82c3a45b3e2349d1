/** YAML that PyYAML, OmegaConf and this program read back to the same values. */
import { Document, isScalar, Scalar, type ScalarTag, visit } from 'yaml';
import { formatFloat } from '../../hydra/values/python-text';

/** What a file is written from; keys that are undefined are left out. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | readonly Writable[]
  | ReadonlyMap<string, Writable>
  | { readonly [key: string]: Writable | undefined };

/** Numbers that are not whole. */
const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  // Of the tags that know a number, the library prefers those with a test.
  test: /^[-+]?[0-9.]+(?:e[-+]?[0-9]+)?$/i,
  identify: (value) => typeof value === 'number' && !Number.isInteger(value),
  resolve: Number,
  stringify: ({ value }) => pythonFloat(Number(value)),
};

/** PyYAML takes `1e-08` for a text: it wants a point before an exponent. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return formatFloat(value).replace(/(inf|nan)/, '.$1');
  return formatFloat(value).replace(/^(-?\d+)e/, '$1.0e');
}

/** Texts that PyYAML would take for something else, and the library would not quote. */
const SPECIAL = /^(?:=|<<)$/;

/** @param comment - stands above the file, without `#` */
export function writeYaml(value: Writable, comment: string): string {
  const document = new Document(value, {
    version: '1.2',
    schema: 'core',
    // Quotes what YAML 1.1 would take for something else than a text.
    compat: 'yaml-1.1',
    customTags: (tags) => [float, ...tags],
    aliasDuplicateObjects: false,
    keepUndefined: false,
  });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && SPECIAL.test(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  const lines = comment.split('\n').map((line) => `# ${line}`.trimEnd());
  return `${lines.join('\n')}\n${document.toString({ lineWidth: 0, directives: false })}`;
}
