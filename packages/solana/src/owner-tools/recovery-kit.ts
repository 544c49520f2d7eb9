import {
  type Address,
  type DomainError,
  decodeBase58,
  domainError,
  encodeBase58,
  fail,
  isAddress,
  ok,
  parseStrictJson,
  type Result,
  sha256Hex,
  verifyEd25519,
} from '@countersign/core';
import { checkHandOver } from '../decode/index.ts';

/** What the owner keeps to hand the wallet over to the recovery key when the owner key is lost. docs/spec/kits.md. */
export interface RecoveryKit {
  /** Genesis hash, base58. */
  readonly network: string;
  readonly multisig: Address;
  readonly vault: Address;
  readonly owner: Address;
  readonly recovery: Address;
  readonly nonceAccount: Address;
  /** Base58 of 32 bytes. */
  readonly nonce: string;
  readonly message: Uint8Array;
  /** The owner's, 64 bytes over `message`. */
  readonly ownerSignature: Uint8Array;
}

const FORMAT = 'countersign-recovery-kit-v1';
const ADDRESSES = ['multisig', 'vault', 'owner', 'recovery', 'nonceAccount'] as const;
const NAMES: readonly string[] = ['format', 'network', ...ADDRESSES, 'nonce', 'message', 'ownerSignature', 'messageSha256'];
const MOST_CHARACTERS = 16_384;

/** The file's text: JSON with one name a line, and nothing secret in it but what the recovery key is needed for. */
export function formatRecoveryKit(kit: RecoveryKit): string {
  const { network, multisig, vault, owner, recovery, nonceAccount, nonce, message, ownerSignature } = kit;
  const file = {
    ...{ format: FORMAT, network, multisig, vault, owner, recovery, nonceAccount, nonce },
    ...{
      message: Buffer.from(message).toString('base64'),
      ownerSignature: encodeBase58(ownerSignature),
      messageSha256: sha256Hex(message),
    },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * INVARIANT I7: a kit that can do nothing but hand this wallet to this recovery key, with the owner's signature verified over its bytes; whatever
 * else the text is, is `kit_invalid`. Asks no chain.
 */
export function parseRecoveryKit(text: string): Result<RecoveryKit, DomainError> {
  if (text.length > MOST_CHARACTERS) return invalid('the file is too long for a recovery kit');
  const parsed = parseStrictJson(text);
  if (!parsed.ok) return invalid('problem' in parsed.error ? `the file ${parsed.error.problem}` : 'the file cannot be read');
  const fields = readFields(parsed.value);
  if (fields === null) return invalid(`the file does not have exactly the names ${NAMES.join(', ')}, each with a text`);
  const { format = '', network = '', nonce = '', messageSha256 = '' } = fields;
  if (format !== FORMAT) return invalid(`the file says to be "${format.slice(0, 60)}", not "${FORMAT}"`);
  if (decodeBase58(network)?.length !== 32) return invalid('its network is not a genesis hash');
  const named = ADDRESSES.map((name) => fields[name] ?? '');
  const [multisig, vault, owner, recovery, nonceAccount] = named.filter(isAddress);
  if (!multisig || !vault || !owner || !recovery || !nonceAccount) return invalid(`one of ${ADDRESSES.join(', ')} is not an address`);
  const message = readBase64(fields['message'] ?? '');
  const ownerSignature = decodeBase58(fields['ownerSignature'] ?? '');
  if (message === null) return invalid('its message is not base64');
  if (ownerSignature?.length !== 64) return invalid("the owner's signature is not base58 of 64 bytes");
  if (sha256Hex(message) !== messageSha256) return invalid('its message is not the one that its hash is of: the file is damaged');
  const checked = checkHandOver(message, { multisig, vault, owner }, recovery);
  if (!checked.ok) return checked;
  if (checked.value.nonceAccount !== nonceAccount || checked.value.nonce !== nonce)
    return invalid('its message stands on another nonce than it says');
  if (!verifyEd25519(owner, message, ownerSignature)) return invalid("its signature is not the owner's over its message");
  return ok({ network, multisig, vault, owner, recovery, nonceAccount, nonce, message, ownerSignature });
}

function readFields(value: unknown): { readonly [name: string]: string } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const whole = entries.length === NAMES.length && entries.every(([name, text]) => NAMES.includes(name) && typeof text === 'string');
  return whole ? (value as { readonly [name: string]: string }) : null;
}

/** Canonical base64 only. */
function readBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? Uint8Array.from(bytes) : null;
}

function invalid(problem: string): Result<never, DomainError> {
  return fail(domainError('kit_invalid', { problem }));
}
