import type { Invocation } from '../invocation.ts';
import type { Failure } from '../outcome.ts';
import { good, type Result } from '../result.ts';
import type { FoundKey } from './found-key.ts';
import { chooseKey, type KeyChoice } from './key-choice.ts';

/** The key that the command line chooses, where it lives. The holders are put together here and nowhere else. */
export async function findKey(invocation: Invocation): Promise<Result<FoundKey, Failure>> {
  const choice = chooseKey(invocation);
  return choice.ok ? findChosen(invocation, choice.value) : choice;
}

export async function findChosen(invocation: Invocation, choice: KeyChoice): Promise<Result<FoundKey, Failure>> {
  const { world } = invocation;
  switch (choice.kind) {
    case 'file': {
      const { findFileKey } = await import('./file-key.ts');
      return findFileKey(choice, world.terminal);
    }
    case 'kms': {
      const { findKmsKey } = await import('./kms-key.ts');
      return findKmsKey(choice, world.terminal);
    }
    case 'pkcs11': {
      const { findPkcs11Key } = await import('./pkcs11-key.ts');
      return findPkcs11Key(choice, world.terminal);
    }
    case 'paste': {
      const { pastedKey } = await import('./pasted-key.ts');
      return good(pastedKey(choice, world.terminal));
    }
  }
}
