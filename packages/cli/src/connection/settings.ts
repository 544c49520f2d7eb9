import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Invocation, text } from '../invocation.ts';
import { type Failure, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import { findServiceFile } from './service-file.ts';
import { readSession, type Session } from './session-file.ts';

/** Where the service is and who asks. */
export interface Settings {
  readonly url: string;
  readonly credential: string;
}

/**
 * Whose credential is taken when none is named. `owner`: the session of `owner sign-in` where it is for this service, else the operator's of the
 * running service; for what both may do. The others: that of the running service.
 */
export type DefaultRole = 'agent' | 'operator' | 'owner';

/** Options first, then the environment, then the service that runs in this clone. */
export function readSettings(invocation: Invocation, role: DefaultRole): Result<Settings, Failure> {
  const url = readUrl(invocation);
  if (!url.ok) return url;
  const credential = readCredential(invocation, role, url.value);
  return credential.ok ? good({ url: url.value, credential: credential.value }) : credential;
}

export function readUrl(invocation: Invocation): Result<string, Failure> {
  const { env, cwd } = invocation.world;
  const named = text(invocation, 'url') ?? (env['COUNTERSIGN_URL'] || undefined);
  if (named !== undefined) return checkUrl(named);
  const file = findServiceFile(cwd);
  if (!file.ok) return file;
  if (file.value?.url !== undefined) return checkUrl(file.value.url);
  return misuse('no service is known', 'start one with "npm start", or name one with --url or COUNTERSIGN_URL');
}

function checkUrl(given: string): Result<string, Failure> {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return misuse(`"${given}" is not an http or https address`, 'give --url such as http://127.0.0.1:7070');
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'http:' && !loopback)
    return misuse(`${given} would send the credential unencrypted over a network`, 'use https, or a tunnel to 127.0.0.1');
  return good(given.replace(/\/+$/, ''));
}

function readCredential(invocation: Invocation, role: DefaultRole, url: string): Result<string, Failure> {
  const { env, cwd } = invocation.world;
  const given = text(invocation, 'credential');
  if (given !== undefined) return good(given);
  const givenFile = text(invocation, 'credentialFile');
  if (givenFile !== undefined) return readSecretFile(resolve(cwd, givenFile));
  if (env['COUNTERSIGN_CREDENTIAL']) return good(env['COUNTERSIGN_CREDENTIAL']);
  if (env['COUNTERSIGN_CREDENTIAL_FILE']) return readSecretFile(resolve(cwd, env['COUNTERSIGN_CREDENTIAL_FILE']));
  const session = role === 'owner' ? sessionFor(invocation, url) : good(null);
  if (!session.ok) return session;
  if (session.value !== null) return good(session.value.secret);
  const file = findServiceFile(cwd);
  if (!file.ok) return file;
  const signIn = role === 'owner' ? ', or sign in as the owner with "countersign owner sign-in"' : '';
  if (file.value !== null && file.value.url?.replace(/\/+$/, '') !== url)
    return misuse(
      `no credential was given for ${url}`,
      `set COUNTERSIGN_CREDENTIAL_FILE, or give --credential-file${signIn}; those of this clone go to its own service alone`,
    );
  const found = role === 'agent' ? file.value?.agentCredentialFile : file.value?.operatorCredentialFile;
  if (found !== undefined) return readSecretFile(found);
  return misuse('no credential was given', `set COUNTERSIGN_CREDENTIAL_FILE, or give --credential-file${signIn}`);
}

/** The session of this service, while it lasts. It goes to the service that it is of and to no other. */
function sessionFor({ world }: Invocation, url: string): Result<Session | null, Failure> {
  const read = readSession(world.env);
  if (!read.ok || read.value === null || read.value.url !== url) return read.ok ? good(null) : read;
  if (world.nowMs() < Date.parse(read.value.expiresAt)) return read;
  world.terminal.note(`the session of ${read.value.owner} has ended: countersign owner sign-in`);
  return good(null);
}

function readSecretFile(path: string): Result<string, Failure> {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    return secret === '' ? misuse(`the credential file ${path} is empty`, 'put the credential into it') : good(secret);
  } catch (error) {
    return misuse(
      `the credential file ${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`,
      'check its path and mode',
    );
  }
}
