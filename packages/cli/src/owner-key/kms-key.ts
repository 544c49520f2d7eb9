import { readFileSync } from 'node:fs';
import { type AwsAccess, createKmsOwnerKeys, openKmsClient, ownerSession } from '@countersign/cloud';
import { aborted, type Failure, failed, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { alreadyOpen, type FoundKey } from './found-key.ts';
import type { KmsChoice } from './key-choice.ts';
import { ownerKeyFailure } from './owner-key-failure.ts';

/** For one call with all its tries. */
const TIMEOUT_MS = 20_000;

/** A key in AWS KMS, in the owner's own session; its public half is asked of KMS. */
export async function findKmsKey(choice: KmsChoice, terminal: Terminal): Promise<Result<FoundKey, Failure>> {
  const { keyId, region, endpoint } = choice;
  const credentials = await credentialsFor(choice, terminal);
  if (!credentials.ok) return credentials;
  const client = openKmsClient({ region, endpoint, credentials: credentials.value });
  const keys = await createKmsOwnerKeys({ client, keyId, owner: null, timeoutMs: TIMEOUT_MS });
  if (keys.ok) return good(alreadyOpen(keys.value));
  client.destroy();
  return failed(ownerKeyFailure(keys.error));
}

async function credentialsFor(
  { region, endpoint, session }: KmsChoice,
  terminal: Terminal,
): Promise<Result<AwsAccess['credentials'], Failure>> {
  if (session === null) return good(null);
  const { roleArn, mfaSerial, mfaCodeFile } = session;
  const mfaCode = mfaCodeFile === null ? await askCode(terminal, mfaSerial) : readCode(mfaCodeFile);
  if (!mfaCode.ok) return mfaCode;
  const opened = await ownerSession({ access: { region, endpoint, credentials: null }, roleArn, mfaSerial, mfaCode: mfaCode.value });
  return opened.ok ? good(opened.value.credentials) : failed(ownerKeyFailure(opened.error));
}

async function askCode(terminal: Terminal, mfaSerial: string): Promise<Result<string, Failure>> {
  if (!terminal.interactive)
    return aborted('an MFA code is needed and there is no terminal to ask at', 'run it at a terminal, or give --mfa-code-file');
  const code = (await terminal.ask(`MFA code of ${mfaSerial}: `))?.trim() ?? '';
  return code === '' ? aborted('no MFA code was given', 'nothing was signed') : good(code);
}

function readCode(path: string): Result<string, Failure> {
  try {
    return good(readFileSync(path, 'utf8').trim());
  } catch (error) {
    return misuse(`the MFA code in ${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'check the path');
  }
}
