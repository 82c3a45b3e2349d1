import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DTYPES, type Dtype } from '../checkpoint/types';
import { describeClip } from '../clip/describe';
import { BASE_PATCH32, checkpoint, visionHeaders } from '../clip/testing-checkpoints';
import { FormatError } from '../errors';
import { OPENED } from './testing/opened-samples';
import { REFUSED } from './testing/refused-samples';
import type { Sample } from './testing/sample';

const PAGE = fileURLToPath(new URL('../../docs/checkpoints.md', import.meta.url));

async function outcome({ open }: Sample): Promise<{ opened: boolean; text: string }> {
  try {
    return { opened: true, text: await open() };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { opened: false, text: error.message };
  }
}

/** Text as the cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\n\s*/g, '<br>');
}

async function table(
  groups: Readonly<Record<string, readonly Sample[]>>,
  heading: string,
): Promise<string> {
  const sections: string[] = [];
  for (const [group, samples] of Object.entries(groups)) {
    const rows: string[] = [];
    for (const sample of samples) {
      rows.push(`| ${cell(sample.what)} | ${cell((await outcome(sample)).text)} |`);
    }
    sections.push(
      `### ${group}\n\n| What you have | ${heading} |\n| --- | --- |\n${rows.join('\n')}`,
    );
  }
  return sections.join('\n\n');
}

async function dtypes(): Promise<string> {
  const usable: Dtype[] = [];
  for (const dtype of DTYPES) {
    const tensors = visionHeaders(BASE_PATCH32, 'vision_model.', dtype);
    const sample = {
      what: dtype,
      open: async () => (await describeClip('x', checkpoint(tensors), [])).architecture,
    };
    if ((await outcome(sample)).opened) usable.push(dtype);
  }
  const others = DTYPES.filter((dtype) => !usable.includes(dtype));
  return `Weights can be ${usable.join(', ')}. A file may hold tensors of other types (${others.join(', ')}); weights of a CLIP they cannot be.`;
}

/** The page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` written anew. */
function withSection(page: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!section.test(page)) throw new Error(`docs/checkpoints.md has no section ${name}`);
  return page.replace(section, (_, begin, end) => `${begin}\n${content}\n\n${end}`);
}

describe('docs/checkpoints.md', () => {
  it.each(Object.entries(OPENED))('says what opens: %s', async (_, samples) => {
    for (const sample of samples) {
      const { opened, text } = await outcome(sample);
      expect(opened, text).toBe(true);
    }
  });

  it.each(Object.entries(REFUSED))('says what is refused: %s', async (_, samples) => {
    for (const sample of samples) {
      const { opened, text } = await outcome(sample);
      expect(opened, `${sample.what}: ${text}`).toBe(false);
    }
  });

  it('says of everything what the program says today', async () => {
    let page = readFileSync(PAGE, 'utf8');
    page = withSection(page, 'opens', await table(OPENED, 'What it becomes'));
    page = withSection(page, 'refused', await table(REFUSED, 'What the program says'));
    page = withSection(page, 'types', await dtypes());
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
