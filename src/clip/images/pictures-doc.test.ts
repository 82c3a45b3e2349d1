import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../errors';
import { decodeImage } from './decode';
import { expected, fixtureBytes, sha256 } from './fixtures';
import { PICTURE_FORMATS } from './picture-format';
import { formatFile, formatFiles } from './testing/format-files';
import { READ, REFUSED } from './testing/samples';

const PAGE = fileURLToPath(new URL('../../../docs/pictures.md', import.meta.url));
const formats = formatFiles();
const { files } = expected();

/** A file and the hash of its pixels, null where there is none. */
function sample(place: string): { bytes: Uint8Array<ArrayBuffer>; rgb: string | null } {
  const [format = '', ...name] = place.split(':');
  if (name.length > 0) return formatFile(formats, format, name.join(':'));
  const row = files.find(({ file }) => file === place);
  const rgb = row?.datasets?.rgb ?? row?.fusionBenchRgb ?? null;
  return { bytes: fixtureBytes(`images/${row ? 'files/' : ''}${place}`), rgb };
}

async function refusal(file: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof file === 'string' ? sample(file).bytes : file;
  const error = await decodeImage({ name: 'a', blob: new Blob([bytes]) }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FormatError)) throw new Error(`${String(file)} is not refused`);
  return error.reason;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

/** The page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` written anew. */
function withSection(page: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(page)) throw new Error(`docs/pictures.md has no section ${name}`);
  return page.replace(section, (_, begin, end) => `${begin}\n${content}\n\n${end}`);
}

describe('docs/pictures.md', () => {
  it.each(Object.entries(READ))(
    "says what is read with Pillow's pixels: %s",
    async (_, samples) => {
      for (const place of samples.flatMap((row) => row.files)) {
        const { bytes, rgb } = sample(place);
        const image = await decodeImage({ name: place, blob: new Blob([bytes]) });
        expect([place, sha256(image.data)]).toEqual([place, rgb]);
      }
    },
  );

  it('names every format that is read', () => {
    const named = Object.keys(READ).join(' ').replace('PBM, PGM, PPM', 'PPM').split(' ');
    expect(named.sort()).toEqual([...PICTURE_FORMATS].sort());
  });

  it('says what the program says today', async () => {
    const rows = Object.entries(READ).flatMap(([format, samples]) =>
      samples.map(({ what, how }) => [format, what, how]),
    );
    const refused: string[][] = [];
    for (const { what, file } of REFUSED) refused.push([what, await refusal(file)]);
    let page = readFileSync(PAGE, 'utf8');
    page = withSection(page, 'read', table(['Format', 'What you have', 'How it is read'], rows));
    page = withSection(page, 'refused', table(['What you have', 'What the program says'], refused));
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
