/**
 * Which Hub the command line asks, and as whom, by the variables that Python's library reads.
 *
 * Source: huggingface_hub 2.4.0, `constants.py` and `utils/_auth.py`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../errors';
import { type Environment, expandPath, hubHome } from '../modelpool/sources/hub-cache-node';
import { type HubAccess, isToken, type Token } from './access';

const HUB = 'https://huggingface.co';
const TRUE = new Set(['1', 'ON', 'YES', 'TRUE']);

/** @throws ConfigError for an address or a token that cannot be one */
export async function hubAccess(env: Environment): Promise<HubAccess> {
  const isOffline = TRUE.has((env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE || '').toUpperCase());
  return { endpoint: endpointOf(env), token: await tokenOf(env), isOffline };
}

function endpointOf({ HF_ENDPOINT }: Environment): string {
  if (!HF_ENDPOINT) return HUB;
  const isAddress = /^https?:\/\//.test(HF_ENDPOINT) && URL.canParse(HF_ENDPOINT);
  if (isAddress) return HF_ENDPOINT.replace(/\/+$/, '');
  throw new ConfigError(
    `HF_ENDPOINT is ${JSON.stringify(HF_ENDPOINT)}, which is no address. An address such as ${HUB} is expected.`,
  );
}

async function tokenOf(env: Environment): Promise<Token | undefined> {
  for (const variable of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const value = env[variable]?.trim();
    if (value) return checkedToken({ value, from: variable });
  }
  const path = expandPath(env.HF_TOKEN_PATH || join(hubHome(env), 'token'), env);
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() ? checkedToken({ value: text.trim(), from: path }) : undefined;
}

function checkedToken(token: Token): Token {
  if (isToken(token.value)) return token;
  throw new ConfigError(
    `The token in ${token.from} has characters that no token has. Copy it again from the settings of your account.`,
  );
}
