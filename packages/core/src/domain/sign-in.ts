import { type Address, isAddress } from './address.ts';
import { type DomainError, domainError } from './errors.ts';
import { fail, ok, type Result } from './result.ts';

/**
 * Sign-In With Solana: the text by which an owner proves to be there, to read and nothing else. The exact form that this service makes; any other
 * is refused. docs/spec/sign-in.md.
 */
export interface SignIn {
  /** Host and port of the service as the owner reaches it. */
  readonly domain: string;
  readonly address: Address;
  readonly uri: string;
  /** Genesis hash of the network, base58. */
  readonly network: string;
  /** 16 random bytes as 32 hex digits; used once. */
  readonly nonce: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

const PURPOSE = 'Look at what waits for the owner. This signs nothing and moves nothing.';
const DOMAIN = /^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$|^\[[0-9a-f:]{2,45}\](:[0-9]{1,5})?$/;
const FORM =
  /^([^ \n]+) wants you to sign in with your Solana account:\n([1-9A-HJ-NP-Za-km-z]{32,44})\n\n([^\n]+)\n\nURI: ([^ \n]+)\nVersion: 1\nChain ID: ([1-9A-HJ-NP-Za-km-z]{32,44})\nNonce: ([0-9a-f]{32})\nIssued At: ([^ \n]+)\nExpiration Time: ([^ \n]+)$/;

/** The exact text to sign. Both moments must be whole seconds. */
export function formatSignIn(signIn: SignIn): string {
  const { domain, address, uri, network, nonce, issuedAtMs, expiresAtMs } = signIn;
  const text = [
    `${domain} wants you to sign in with your Solana account:`,
    address,
    '',
    PURPOSE,
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${network}`,
    `Nonce: ${nonce}`,
    `Issued At: ${secondOf(issuedAtMs)}`,
    `Expiration Time: ${secondOf(expiresAtMs)}`,
  ].join('\n');
  const parsed = parseSignIn(text);
  if (!parsed.ok) throw new TypeError(`not a sign-in message: ${JSON.stringify(parsed.error)}`);
  return text;
}

/** Reads a sign-in message; whatever is not in its one spelling refuses it. Domain, nonce and moments are the caller's to check. */
export function parseSignIn(text: string): Result<SignIn, DomainError> {
  const refuse = (problem: string): Result<SignIn, DomainError> => fail(domainError('sign_in_invalid', { problem }));
  const [, domain = '', address = '', purpose, uri = '', network = '', nonce = '', issued = '', expires = ''] = FORM.exec(text) ?? [];
  if (purpose === undefined) return refuse('it does not have the form of a sign-in message');
  if (purpose !== PURPOSE) return refuse('it is for another purpose');
  if (!DOMAIN.test(domain)) return refuse('its domain is not a host');
  if (!isAddress(address)) return refuse('its account is not an address');
  const [issuedAtMs, expiresAtMs] = [Date.parse(issued), Date.parse(expires)];
  if (!isSecond(issued, issuedAtMs) || !isSecond(expires, expiresAtMs)) return refuse('a moment in it is not a whole second of UTC');
  return ok({ domain, address, uri, network, nonce, issuedAtMs, expiresAtMs });
}

function secondOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
function isSecond(text: string, ms: number): boolean {
  return Number.isFinite(ms) && secondOf(ms) === text;
}
