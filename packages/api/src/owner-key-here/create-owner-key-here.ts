import { type DomainError, domainError, fail, type IOwnerKeys, type Result } from '@countersign/core';
import type { IOwnerKeyHere } from './owner-key-here.ts';

/** Opens a sealed owner key file; its problem is a stable code, whose words may name a file and stay here. */
export type OpenSealedFile = (passphrase: Buffer) => Promise<Result<IOwnerKeys, { readonly code: string }>>;

/**
 * One opening at a time: a passphrase is stretched in memory that others need too, and guesses come one after the other. Says of a file that cannot
 * be used only that.
 */
export function createOwnerKeyHere(openFile: OpenSealedFile): IOwnerKeyHere {
  let busy = false;
  const unavailable = (problem: string): Result<never, DomainError> =>
    fail(domainError('owner_key_unavailable', { problem, mayHaveSigned: false }));
  return {
    async open(passphrase) {
      if (busy) return unavailable('it is being opened already');
      busy = true;
      try {
        const opened = await openFile(passphrase);
        if (opened.ok) return opened;
        return opened.error.code === 'wrong_passphrase'
          ? fail(domainError('owner_key_refused', { problem: 'the passphrase is wrong' }))
          : unavailable(`its file cannot be used (${opened.error.code})`);
      } finally {
        busy = false;
      }
    },
  };
}
