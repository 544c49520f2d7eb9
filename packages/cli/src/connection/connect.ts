import { type CountersignClient, createClient } from '@countersign/sdk';
import type { Invocation } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { type DefaultRole, readSettings, readUrl } from './settings.ts';

/** Long enough for an approval, in which the service asks chain and signer. */
const TIMEOUT_MS = 30_000;

/** A client of the service that the command line names, with the credential of the role where none is named. */
export function connect(invocation: Invocation, role: DefaultRole): Result<CountersignClient, Failure> {
  const settings = readSettings(invocation, role);
  if (!settings.ok) return settings;
  const { url, credential } = settings.value;
  return good(createClient({ baseUrl: url, credential, timeoutMs: TIMEOUT_MS }));
}

/** The same without a credential: for what the owner's signature alone is enough for. */
export function connectWithout(invocation: Invocation): Result<CountersignClient, Failure> {
  const url = readUrl(invocation);
  return url.ok ? good(createClient({ baseUrl: url.value, credential: null, timeoutMs: TIMEOUT_MS })) : url;
}

/** With the credential of a session that was just opened, or that is to be ended. */
export function connectWith(url: string, credential: string): CountersignClient {
  return createClient({ baseUrl: url, credential, timeoutMs: TIMEOUT_MS });
}
