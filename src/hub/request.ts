/**
 * Requests to the Hub: a token goes to the Hub alone, redirects are followed, and what passes by itself (too many requests,
 * a server that is out of order, a line that is cut) is tried again. Everything else ends in an error that says what to do.
 */
import { DownloadError } from '../errors';
import { refusal } from './refusals';
import { type HubSession, hostOf, type Subject } from './session';

/** Requests for one thing until it is given up. */
export const TRIES = 5;

/** Whoever asks for more patience is left alone, and the user told. */
const LONGEST_WAIT = 300;

/** Addresses that do not answer are no better a second later. */
const UNREACHABLE = new Set(['ENOTFOUND', 'ECONNREFUSED']);

/**
 * @param headers - besides those of every request
 * @returns an answer with what was asked for, or that the range is none (416)
 * @throws ConfigError where there is no such thing, or this account may not have it; DownloadError where the network or the
 *   Hub failed; the signal's reason
 */
export async function request(
  session: HubSession,
  subject: Subject,
  address: string | URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === TRIES;
    const answer = await session.send(session, new URL(address), headers);
    let seconds = 2 ** (attempt - 1);
    if (!(answer instanceof Response)) {
      if (isLast || UNREACHABLE.has(codeOf(answer.cause))) {
        throw unreachable(session, answer.address, answer.cause);
      }
    } else {
      if (answer.ok || answer.status === 416) return answer;
      const isPassing = [408, 429].includes(answer.status) || answer.status >= 500;
      seconds = askedToWait(answer) ?? seconds;
      if (!isPassing || isLast || seconds > LONGEST_WAIT) {
        throw await refusal(session, subject, answer, seconds);
      }
      await answer.body?.cancel();
      if (answer.status === 429) {
        session.note(`${hostOf(session.access)} asks to wait ${seconds} s (too many requests).`);
      }
    }
    await session.wait(seconds);
  }
}

/** Seconds, by the standard's header or by the Hub's own. */
function askedToWait({ headers }: Response): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null) {
    const seconds = /^\d+$/.test(after)
      ? Number(after)
      : Math.ceil((Date.parse(after) - Date.now()) / 1000);
    if (Number.isFinite(seconds)) return Math.max(0, seconds);
  }
  const reset = /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return reset === undefined ? undefined : Number(reset);
}

/** The system's word for what went wrong; fetch wraps it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

export function unreachable(
  { access, wording: { again, otherwise } }: HubSession,
  address: string | URL,
  cause: unknown,
): DownloadError {
  const { host } = new URL(address);
  const reason = codeOf(cause) || (cause instanceof Error ? cause.message : String(cause));
  const isHub = host === hostOf(access);
  return new DownloadError(
    `${host} could not be reached (${reason}). Check the connection${isHub ? otherwise : ''}, and ${again}: it goes on where it stopped.`,
    { cause },
  );
}
