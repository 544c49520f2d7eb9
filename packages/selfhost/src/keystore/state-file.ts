import { type Bounds, decodeBounds, type InstallingStatement, isInstalling, sha256Hex } from '@countersign/core';
import { assertOneSpelling, formatDocument, hexField, parseDocument } from './canonical-json.ts';
import type { PinnedWallet } from './key-file.ts';
import { KeyFileError } from './key-file-problem.ts';
import { verifyOwnerStatement } from './owner-consent.ts';
import type { SigningKey } from './signing-key.ts';

export const STATE_FILE = 'state.json';
const FORMAT = 'countersign-signer-state';
const MAC_LABEL = 'countersign-state-key-v1';

/** Owner-signed bounds as they were installed. */
export interface InstalledBounds {
  /** The text of any statement that brings bounds into force (`isInstalling`). */
  readonly statement: string;
  /** The pinned owner's; for `replace-owner-key` that is the new owner. */
  readonly ownerSignature: Uint8Array;
  readonly bytes: Uint8Array;
  readonly bounds: Bounds;
}

/** What must survive a restart besides the receipts: one file, replaced atomically, under a MAC of the agent key. */
export interface WalletState {
  /** Since when the wallet is suspended, Unix milliseconds of the wall clock; `null` when it is not. */
  readonly suspendedAtMs: number | null;
  /** Nonces of owner statements that were used, 32 hex digits each. */
  readonly usedNonces: readonly string[];
  readonly installed: InstalledBounds | null;
  /**
   * The key came back from a backup: what the owner installed before, and who the owner was last, is not known, so only a `rotate-agent-key`
   * over a new key brings bounds. `installed` is `null` then.
   */
  readonly restored: boolean;
}

export const NEW_STATE: WalletState = { suspendedAtMs: null, usedNonces: [], installed: null, restored: false };
/** `installed` in the file of a wallet that was restored. */
const UNKNOWN = 'unknown';

export function formatStateFile(state: WalletState, wallet: PinnedWallet, key: SigningKey): string {
  const body = stateBody(state, wallet);
  return formatDocument({ ...body, mac: macOf(body, key) });
}

/** Reads `state.json`; checks its MAC and verifies the owner's signature over the bounds again. */
export function readStateFile(bytes: Uint8Array, wallet: PinnedWallet, key: SigningKey, file: string): WalletState {
  const map = parseDocument(bytes, FORMAT, 1, file);
  const { suspendedAtMs, usedNonces, installed } = map;
  const mac = hexField(map, 'mac', 32, file);
  const isMoment = suspendedAtMs === null || (typeof suspendedAtMs === 'number' && Number.isSafeInteger(suspendedAtMs));
  if (!isMoment || !Array.isArray(usedNonces) || usedNonces.some((nonce) => !/^[0-9a-f]{32}$/.test(String(nonce))))
    throw new KeyFileError('malformed', file, 'suspendedAtMs or usedNonces is not readable');
  const state: WalletState = {
    suspendedAtMs,
    usedNonces: usedNonces.map(String),
    installed: installed === null || installed === UNKNOWN ? null : readInstalled(installed, wallet, key, file),
    restored: installed === UNKNOWN,
  };
  const body = stateBody(state, wallet);
  assertOneSpelling(bytes, { ...body, mac }, file);
  if (macOf(body, key) !== mac) throw new KeyFileError('tampered', file, 'does not authenticate: the file was changed');
  return state;
}

function readInstalled(value: unknown, wallet: PinnedWallet, key: SigningKey, file: string): InstalledBounds {
  const map = (typeof value === 'object' && value !== null ? value : {}) as { readonly [name: string]: unknown };
  const bytes = Buffer.from(hexField(map, 'bounds', null, file), 'hex');
  const ownerSignature = Buffer.from(hexField(map, 'ownerSignature', 64, file), 'hex');
  const statement = map['statement'];
  if (typeof statement !== 'string') throw new KeyFileError('malformed', file, 'statement is not a text');
  const bounds = decodeBounds(bytes);
  if (!bounds.ok) throw new KeyFileError('tampered', file, 'holds bounds that cannot be read');
  const consent = verifyOwnerStatement({ statement, ownerSignature, wallet });
  if (!consent.ok) throw new KeyFileError('tampered', file, `the owner's consent to the bounds does not verify: ${consent.error.rule}`);
  if (!isInstalling(consent.value) || !belongs(consent.value, bounds.value, sha256Hex(bytes), wallet, key))
    throw new KeyFileError('tampered', file, 'holds bounds of another agent key, or that the owner did not consent to');
  return { statement, ownerSignature: Uint8Array.from(ownerSignature), bytes: Uint8Array.from(bytes), bounds: bounds.value };
}

/** Whether this consent is to these bounds, for this key and owner. */
function belongs(statement: InstallingStatement, bounds: Bounds, sha256: string, wallet: PinnedWallet, key: SigningKey): boolean {
  if (statement.boundsSha256 !== sha256 || statement.revision !== bounds.revision || bounds.agent !== key.address) return false;
  if (statement.action === 'rotate-agent-key') return statement.newAgent === key.address;
  return statement.action === 'install-policy' || statement.newOwner === wallet.owner;
}

function stateBody(state: WalletState, wallet: PinnedWallet): object {
  const { installed } = state;
  return {
    format: FORMAT,
    version: 1,
    walletId: wallet.walletId,
    suspendedAtMs: state.suspendedAtMs,
    usedNonces: state.usedNonces,
    installed: state.restored
      ? UNKNOWN
      : installed && {
          statement: installed.statement,
          ownerSignature: Buffer.from(installed.ownerSignature).toString('hex'),
          bounds: Buffer.from(installed.bytes).toString('hex'),
        },
  };
}

function macOf(body: object, key: SigningKey): string {
  return Buffer.from(key.mac(MAC_LABEL, [Buffer.from(formatDocument(body))])).toString('hex');
}
