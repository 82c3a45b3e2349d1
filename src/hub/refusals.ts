/**
 * What the Hub means by its refusals, and what to do.
 *
 * Source: huggingface_hub 2.4.0, `utils/_http.py`, `hf_raise_for_status`.
 */
import { ConfigError, DownloadError } from '../errors';
import { type HubSession, hostOf, pageOf, type Subject } from './session';
import { capital } from './wording';

const INVALID_TOKEN = 'Invalid credentials in Authorization header';

/** @param seconds - how long it asks to wait */
export async function refusal(
  { access, wording }: Pick<HubSession, 'access' | 'wording'>,
  { repository, file }: Subject,
  answer: Response,
  seconds: number,
): Promise<Error> {
  const host = hostOf(access);
  const page = pageOf(access, repository);
  const { kind, name, revision } = repository;
  const { token } = access;
  const code = answer.headers.get('x-error-code');
  const message = answer.headers.get('x-error-message') ?? '';
  const { status } = answer;
  const { again, logIn, mayLogIn, logInAgain } = wording;
  await answer.body?.cancel();
  if (status === 429) {
    return new DownloadError(
      `${host} refuses further requests for now (429, too many requests). ${capital(again)} in ${waitText(seconds)}: it goes on where it stopped.${token ? '' : ` With a token it allows more: ${mayLogIn}.`}`,
    );
  }
  if (status === 401 && message.startsWith(INVALID_TOKEN) && token) {
    return new ConfigError(
      `${host} does not accept the token in ${token.from}. ${logInAgain}, or take it away: public repositories need none.`,
    );
  }
  if (code === 'GatedRepo') {
    return new ConfigError(
      token
        ? `${name}: its owners let in who has asked them, and the account of this token (${token.from}) is not let in yet. Ask on ${page}; where they decide by hand, wait for their answer.`
        : `${name}: its owners let in who has asked them. Ask on ${page}, then ${logIn}, and ${again}.`,
    );
  }
  if (code === 'RevisionNotFound') {
    return new ConfigError(`${name}: ${host} has no revision ${revision} of it. See ${page}.`);
  }
  if (code === 'EntryNotFound' || (status === 404 && file !== undefined)) {
    return new ConfigError(
      `${name}: ${host} has no file ${file ?? ''} in it any more. See ${page}.`,
    );
  }
  if (code === 'RepoNotFound' || status === 404 || status === 401) {
    const what = kind === 'model' ? 'model' : 'data set';
    return new ConfigError(
      `${name}: there is no such ${what} on ${host}, or it is private. Check the name${token ? `; the token in ${token.from} has to be of an account that may read it` : `; for a private one, ${logIn}`}.`,
    );
  }
  if (status === 403) {
    return new ConfigError(
      `${name}: ${host} does not allow this${message ? ` (${message})` : ''}.${token ? ` The token in ${token.from} has to allow reading it.` : ` If it is private, ${logIn}.`}`,
    );
  }
  return new DownloadError(
    `${host} answered ${status} to what was asked of ${name}${file === undefined ? '' : `, ${file}`}. ${capital(again)} later: it goes on where it stopped.`,
  );
}

function waitText(seconds: number): string {
  return seconds <= 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}
