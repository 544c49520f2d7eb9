import { type Address, isAddress, parseId, type WalletId } from '@countersign/core';
import { openBytes, sealBytes } from './aead.ts';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from './canonical-json.ts';
import { type KdfFloor, readStoredKdf, type StoredKdf } from './kdf.ts';
import { KeyFileError } from './key-file-problem.ts';
import type { MasterKey } from './master-file.ts';
import { createSigningKey, SEED_BYTES, type SigningKey } from './signing-key.ts';

export const AGENT_FILE = 'agent.json';
/** The key that shall take the agent key's place. Another format than `agent.json`, so that neither file is taken for the other. */
export const NEXT_AGENT_FILE = 'agent-next.json';
export const FEE_FILE = 'fee.json';
const AGENT_FORMATS = { live: 'countersign-agent-key', next: 'countersign-next-agent-key' } as const;
const FEE_FORMAT = 'countersign-fee-key';

/** Whether the key signs now or waits for its turn. */
export type AgentFileKind = keyof typeof AGENT_FORMATS;

/** What an agent key is bound to; the owner changes only by `replace_owner`. `network` is the genesis hash in base58. */
export interface PinnedWallet {
  readonly walletId: WalletId;
  readonly owner: Address;
  readonly multisig: Address;
  readonly network: string;
}

type Fields = { readonly [name: string]: unknown };

export function samePins(one: PinnedWallet, other: PinnedWallet): boolean {
  return one.walletId === other.walletId && one.owner === other.owner && one.multisig === other.multisig && one.network === other.network;
}

/** The text of `agent.json` or `agent-next.json` for this key: the header is the associated data of the sealed seed. */
export function formatAgentFile(master: MasterKey, wallet: PinnedWallet, key: SigningKey, kind: AgentFileKind = 'live'): string {
  return sealUnder(master, key, agentHeader(kind, master.kdf, wallet, key.address));
}

export function formatFeeFile(master: MasterKey, key: SigningKey): string {
  return sealUnder(master, key, feeHeader(master.kdf, key.address));
}

/** Opens `agent.json` or `agent-next.json`; a changed byte anywhere is `tampered` or `malformed`. */
export function openAgentFile(
  bytes: Uint8Array,
  master: MasterKey,
  floor: KdfFloor,
  file: string,
  kind: AgentFileKind = 'live',
): { readonly wallet: PinnedWallet; readonly key: SigningKey } {
  const map = parseDocument(bytes, AGENT_FORMATS[kind], 1, file);
  const walletId = parseId('wallet', map['walletId'], 'walletId');
  if (!walletId.ok) throw new KeyFileError('malformed', file, 'walletId is not an id of a wallet');
  const wallet: PinnedWallet = {
    walletId: walletId.value,
    owner: addressField(map, 'owner', file),
    multisig: addressField(map, 'multisig', file),
    network: addressField(map, 'network', file),
  };
  const address = addressField(map, 'agent', file);
  return { wallet, key: openUnder(bytes, map, master, floor, file, address, (kdf) => agentHeader(kind, kdf, wallet, address)) };
}

export function openFeeFile(bytes: Uint8Array, master: MasterKey, floor: KdfFloor): SigningKey {
  const map = parseDocument(bytes, FEE_FORMAT, 1, FEE_FILE);
  const address = addressField(map, 'feeAccount', FEE_FILE);
  return openUnder(bytes, map, master, floor, FEE_FILE, address, (kdf) => feeHeader(kdf, address));
}

function agentHeader(kind: AgentFileKind, kdf: StoredKdf, wallet: PinnedWallet, agent: Address): object {
  const { walletId, owner, multisig, network } = wallet;
  return { format: AGENT_FORMATS[kind], version: 1, kdf, walletId, owner, multisig, network, agent };
}

function feeHeader(kdf: StoredKdf, feeAccount: Address): object {
  return { format: FEE_FORMAT, version: 1, kdf, feeAccount };
}

function sealUnder(master: MasterKey, key: SigningKey, header: object): string {
  const associated = Buffer.from(formatDocument(header));
  const sealed = key.sealSeed((seed) => master.key.use((secret) => sealBytes(secret, seed, associated)));
  return formatDocument({ ...header, ...sealed });
}

function openUnder(
  bytes: Uint8Array,
  map: Fields,
  master: MasterKey,
  floor: KdfFloor,
  file: string,
  address: Address,
  headerOf: (kdf: StoredKdf) => object,
): SigningKey {
  const kdf = readStoredKdf(map['kdf'], floor, file);
  if (formatDocument(kdf) !== formatDocument(master.kdf)) throw new KeyFileError('tampered', file, 'kdf is not the one of keystore.json');
  const header = headerOf(kdf);
  const sealed = { nonce: hexField(map, 'nonce', 24, file), ciphertext: hexField(map, 'ciphertext', SEED_BYTES + 16, file) };
  assertOneSpelling(bytes, { ...header, ...sealed }, file);
  const associated = Buffer.from(formatDocument(header));
  const key = createSigningKey((seed) => {
    if (!master.key.use((secret) => openBytes(seed, secret, sealed, associated)))
      throw new KeyFileError('tampered', file, 'does not authenticate: header or ciphertext was changed');
  });
  if (key.address === address) return key;
  key.wipe();
  throw new KeyFileError('tampered', file, 'holds another key than its header says');
}

function addressField(map: Fields, name: string, file: string): Address {
  const value = map[name];
  if (typeof value !== 'string' || !isAddress(value)) throw new KeyFileError('malformed', file, `${name} is not base58 of 32 bytes`);
  return value;
}
