import { MAX_PLAIN_BYTES, MAX_SEALED_BYTES } from '../../keystore/sealed-bytes.ts';
import { Refused } from '../refusal.ts';
import { sessionOf } from '../signer-state.ts';
import type { Fields } from '../wire/fields.ts';
import type { Operation } from './operations.ts';

const MAX_LABEL = 64;

/**
 * Encrypts bytes that the service keeps. INVARIANT I9: under a key that no key file and no signature is made with, so neither a key nor a signature can be
 * got out of it.
 */
export const seal: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const label = readLabel(fields);
  const bytes = fields.bytesUpTo('bytes', MAX_PLAIN_BYTES);
  fields.end();
  sessionOf(state, walletId);
  return { sealed: state.keystore.seal(walletId, label, bytes) };
};

/** Gives back what was sealed for this wallet under this label. */
export const open: Operation = async (state, fields) => {
  const walletId = fields.walletId('walletId');
  const label = readLabel(fields);
  const sealed = fields.bytesUpTo('sealed', MAX_SEALED_BYTES);
  fields.end();
  sessionOf(state, walletId);
  const bytes = state.keystore.open(walletId, label, sealed);
  if (bytes === null) throw new Refused('malformed', 'the bytes were not sealed here for this wallet and label');
  return { bytes };
};

function readLabel(fields: Fields): string {
  const label = fields.text('label', MAX_LABEL);
  if (!/^[\x20-\x7e]+$/.test(label)) throw new Refused('malformed', 'label is not 1 to 64 printable ASCII characters');
  return label;
}
