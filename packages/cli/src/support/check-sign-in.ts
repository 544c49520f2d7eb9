import { type Address, parseSignIn } from '@countersign/core';
import { wordsOf } from '../connection/failure-of.ts';
import { EXIT_CODES, type Failure, failed } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** The longest that a text to sign in with is good, from now. */
const LONGEST_MS = 600_000;
/** How far this machine's clock and the service's may be apart. */
const CLOCK_SLACK_MS = 30_000;

/**
 * INVARIANT I6: a text to sign in with is signed only where it is for the service that this tool talks to, for this key, and ends soon, so that a
 * service that lies can have no sign-in to another one made out to itself.
 */
export function checkSignIn(
  text: string,
  { url, owner, nowMs }: { readonly url: string; readonly owner: Address; readonly nowMs: number },
): Result<void, Failure> {
  const parsed = parseSignIn(text);
  if (!parsed.ok) return refuse(`it ${wordsOf(parsed.error)}`.replace(/^it (it|its) /, '$1 '));
  const { domain, address, uri, issuedAtMs, expiresAtMs } = parsed.value;
  const service = new URL(url);
  if (domain !== service.host) return refuse(`it is for ${domain}, and the service that asks is ${service.host}`);
  if (uri !== service.origin && uri !== `${service.origin}/`)
    return refuse(`it names ${uri}, and the service that asks is ${service.origin}`);
  if (address !== owner) return refuse(`it is for the key ${address}, and yours is ${owner}`);
  if (expiresAtMs <= nowMs) return refuse('it has ended already (or the clock of this machine is wrong)');
  if (expiresAtMs > nowMs + LONGEST_MS) return refuse('it is good for longer than ten minutes (or the clock of this machine is wrong)');
  if (issuedAtMs > nowMs + CLOCK_SLACK_MS) return refuse('it was made in the future (or the clock of this machine is wrong)');
  return good(undefined);
}

function refuse(problem: string): { readonly ok: false; readonly error: Failure } {
  return failed({
    exitCode: EXIT_CODES.aborted,
    code: 'refused_to_sign',
    message: `refused to sign in: the text that the service gave is not what it should be (${problem})`,
    remedy: 'check --url; if it is right, the service may be somebody else',
  });
}
