import { isAddress, parseId } from '@countersign/core';
import { assertOneSpelling, formatDocument, parseDocument } from './canonical-json.ts';
import type { PinnedWallet } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';

/** Stands where a destroyed key stood: the wallet id is never given a key again, and its fees can still be paid. */
export const TOMBSTONE_FILE = 'destroyed.json';
const FORMAT = 'countersign-destroyed-key';

export function formatTombstone(wallet: PinnedWallet): string {
  return formatDocument(document(wallet));
}

export function readTombstone(bytes: Uint8Array, file: string): PinnedWallet {
  const { walletId, owner, multisig, network } = parseDocument(bytes, FORMAT, 1, file);
  const id = parseId('wallet', walletId, 'walletId');
  const texts = [owner, multisig, network].map((value) => (typeof value === 'string' && isAddress(value) ? value : null));
  const [ownerText, multisigText, networkText] = texts;
  if (!id.ok || !ownerText || !multisigText || !networkText) throw new KeyFileError('malformed', file, 'is not a tombstone of a key');
  const wallet: PinnedWallet = { walletId: id.value, owner: ownerText, multisig: multisigText, network: networkText };
  assertOneSpelling(bytes, document(wallet), file);
  return wallet;
}

function document({ walletId, owner, multisig, network }: PinnedWallet): object {
  return { format: FORMAT, version: 1, walletId, owner, multisig, network };
}
