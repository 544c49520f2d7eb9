import { type Address, isAddress, parseId } from '@countersign/core';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from './canonical-json.ts';
import type { PinnedWallet } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';
import type { MacKey } from './mac-key.ts';
import type { WalletState } from './state-file.ts';

/** Stands where a wallet has no agent key: it was destroyed, or this keystore never had it. Its fees can still be paid. */
export const VACANCY_FILE = 'vacant.json';
const FORMAT = 'countersign-vacant-wallet';
const MAC_LABEL = 'countersign-vacancy-v1';

export interface Vacancy {
  /** The key that was destroyed; `null` where this keystore never had one. */
  readonly agent: Address | null;
  /** The revision that was installed last, 0 for none: the next one is higher. */
  readonly revision: number;
}

/** Without installed bounds, whatever `state` says. */
export function formatVacancyFile(wallet: PinnedWallet, vacancy: Vacancy, state: WalletState, key: MacKey): string {
  const body = bodyOf(wallet, vacancy, state);
  return formatDocument({ ...body, mac: macOf(body, key) });
}

export function readVacancyFile(
  bytes: Uint8Array,
  key: MacKey,
  file: string,
): { readonly wallet: PinnedWallet; readonly vacancy: Vacancy; readonly state: WalletState } {
  const map = parseDocument(bytes, FORMAT, 1, file);
  const mac = hexField(map, 'mac', 32, file);
  const { walletId, owner, multisig, network, agent, revision, suspendedAtMs, usedNonces } = map;
  const id = parseId('wallet', walletId, 'walletId');
  const whole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const isAddressText = (value: unknown): value is Address => typeof value === 'string' && isAddress(value);
  const fits =
    id.ok &&
    [owner, multisig, network].every(isAddressText) &&
    (agent === null || isAddressText(agent)) &&
    whole(revision) &&
    (suspendedAtMs === null || whole(suspendedAtMs)) &&
    Array.isArray(usedNonces) &&
    usedNonces.every((nonce) => /^[0-9a-f]{32}$/.test(String(nonce)));
  if (!fits) throw new KeyFileError('malformed', file, 'is not the file of a wallet without a key');
  const wallet: PinnedWallet = {
    walletId: id.value,
    owner: owner as Address,
    multisig: multisig as Address,
    network: network as string,
  };
  const vacancy: Vacancy = { agent, revision };
  const state: WalletState = { suspendedAtMs, usedNonces: usedNonces.map(String), installed: null, restored: false };
  const body = bodyOf(wallet, vacancy, state);
  assertOneSpelling(bytes, { ...body, mac }, file);
  if (macOf(body, key) !== mac) throw new KeyFileError('tampered', file, 'does not authenticate: the file was changed');
  return { wallet, vacancy, state };
}

function bodyOf({ walletId, owner, multisig, network }: PinnedWallet, { agent, revision }: Vacancy, state: WalletState): object {
  const { suspendedAtMs, usedNonces } = state;
  return { format: FORMAT, version: 1, walletId, owner, multisig, network, agent, revision, suspendedAtMs, usedNonces };
}

function macOf(body: object, key: MacKey): string {
  return Buffer.from(key.mac(MAC_LABEL, [Buffer.from(formatDocument(body))])).toString('hex');
}
