import { createPkcs11OwnerKeys, readPassphraseFile } from '@countersign/selfhost';
import { aborted, type Failure, failed, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { Terminal } from '../terminal.ts';
import { alreadyOpen, type FoundKey } from './found-key.ts';
import type { Pkcs11Choice } from './key-choice.ts';
import { ownerKeyFailure } from './owner-key-failure.ts';

const ADDON = 'pkcs11js';

/** A key in a token; the PIN is asked for once. */
export async function findPkcs11Key(choice: Pkcs11Choice, terminal: Terminal): Promise<Result<FoundKey, Failure>> {
  const { libraryPath, tokenLabel, keyLabel, pinFile } = choice;
  const pin = pinFile === null ? await askPin(terminal, tokenLabel) : readPin(pinFile);
  if (!pin.ok) return pin;
  const keys = await createPkcs11OwnerKeys({ libraryPath, tokenLabel, keyLabel, pin: pin.value, addon: ADDON });
  return keys.ok ? good(alreadyOpen(keys.value)) : failed(ownerKeyFailure(keys.error));
}

async function askPin(terminal: Terminal, tokenLabel: string): Promise<Result<string, Failure>> {
  if (!terminal.interactive) return aborted('the PIN of the token is needed and there is no terminal to ask at', 'give --pin-file');
  const typed = await terminal.askSecret(`PIN of the token ${tokenLabel}: `);
  return typed === null || typed.length === 0
    ? aborted('no PIN was given', 'nothing was signed')
    : good(Buffer.from(typed).toString('utf8'));
}

function readPin(path: string): Result<string, Failure> {
  try {
    return good(readPassphraseFile(path).toString('utf8'));
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'it cannot be read';
    return misuse(`the PIN file ${path} cannot be used (${problem})`, 'it must be a file of yours with mode 600 that holds the PIN');
  }
}
