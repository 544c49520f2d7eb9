import { decode, encode } from 'cborg';
import { type Address, isAddress } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { aloneWindows, mostAlone } from './alone-windows.ts';
import { type AssetId, parseAssetId } from './asset.ts';
import { type DomainError, domainError } from './errors.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { fail, ok, type Result } from './result.ts';

/** What the signer enforces: derived from the policy, signed by the owner, encoded as deterministic CBOR. docs/spec/bounds.md. */
export interface Bounds {
  readonly version: 1;
  readonly network: string;
  readonly wallet: Address;
  readonly revision: number;
  readonly agent: Address;
  /** The key that may take a lost owner key's place, together with the new owner's signature; `null` for none. */
  readonly recovery: Address | null;
  readonly feeCapLamports: bigint;
  readonly rentCapLamports: bigint;
  readonly signaturesPerMinute: number;
  readonly assets: readonly AssetBounds[];
}
export interface AssetBounds {
  readonly asset: AssetId;
  readonly decimals: number;
  readonly perTransaction: bigint;
  readonly windows: readonly { readonly seconds: number; readonly amount: bigint }[];
  readonly limits: readonly Address[];
  readonly recipients: readonly Address[];
}

/** What bounds need beside the policy: who and where, and the spending limits that the chain will hold. */
export interface BoundsContext {
  readonly network: string;
  readonly wallet: Address;
  readonly revision: number;
  readonly owner: Address;
  readonly agent: Address;
  readonly recovery: Address | null;
  readonly limits: readonly { readonly asset: AssetId; readonly decimals: number; readonly spendingLimit: Address }[];
}

/**
 * What the agent may sign alone, at once or delayed, asset by asset. An asset without a spending limit on chain, or of which nothing may leave
 * by the agent alone, gets no bounds: the agent cannot pay it alone.
 */
export function deriveBounds(policy: AgentPolicy, context: BoundsContext): Bounds {
  const recipients = resolvePolicy(policy, context).recipients.map(({ address }) => address);
  const assets = policy.assets.flatMap((rule): AssetBounds[] => {
    const limits = context.limits.filter(({ asset }) => asset === rule.asset);
    const [first] = limits;
    if (!first || recipients.length === 0 || mostAlone(rule) === 0n) return [];
    return [
      {
        asset: rule.asset,
        decimals: first.decimals,
        perTransaction: mostAlone(rule),
        windows: aloneWindows(policy, rule),
        limits: limits.map(({ spendingLimit }) => spendingLimit),
        recipients,
      },
    ];
  });
  return {
    version: 1,
    network: context.network,
    wallet: context.wallet,
    revision: context.revision,
    agent: context.agent,
    recovery: context.recovery,
    feeCapLamports: policy.fees.perTransactionLamports,
    rentCapLamports: policy.fees.rentPerTransactionLamports,
    signaturesPerMinute: policy.signaturesPerMinute,
    assets,
  };
}

/** Deterministic CBOR (RFC 8949 §4.2.1), names as in SIGNER.md; addresses as text, amounts as integers. */
export function encodeBounds(bounds: Bounds): Uint8Array {
  return encode({
    version: bounds.version,
    network: bounds.network,
    wallet: bounds.wallet,
    revision: bounds.revision,
    agent: bounds.agent,
    recovery: bounds.recovery,
    fee_cap: bounds.feeCapLamports,
    rent_cap: bounds.rentCapLamports,
    signatures_per_minute: bounds.signaturesPerMinute,
    assets: bounds.assets.map((each) => ({
      asset: each.asset,
      decimals: each.decimals,
      per_transaction: each.perTransaction,
      windows: each.windows.map(({ seconds, amount }) => ({ seconds, amount })),
      limits: each.limits,
      recipients: each.recipients,
    })),
  });
}

type Fields = { readonly [name: string]: unknown };

/** Reads bounds; an unknown or missing field, another version, or bytes that are not the one canonical encoding are refused. */
export function decodeBounds(bytes: Uint8Array): Result<Bounds, DomainError> {
  try {
    const bounds = readBounds(decode(bytes, { rejectDuplicateMapKeys: true, strict: true, useMaps: false }));
    const again = encodeBounds(bounds);
    if (again.length !== bytes.length || again.some((byte, index) => byte !== bytes[index])) throw new TypeError('is not canonical');
    return ok(bounds);
  } catch (error) {
    return fail(domainError('undecodable_message', { problem: `bounds: ${error instanceof Error ? error.message : 'unreadable'}` }));
  }
}

function readBounds(value: unknown): Bounds {
  const map = fields(value, [
    'version',
    'network',
    'wallet',
    'revision',
    'agent',
    'recovery',
    'fee_cap',
    'rent_cap',
    'signatures_per_minute',
    'assets',
  ]);
  if (map['version'] !== 1) throw new TypeError('version is not 1');
  return {
    version: 1,
    network: text(map['network']),
    wallet: addressOf(map['wallet']),
    revision: small(map['revision']),
    agent: addressOf(map['agent']),
    recovery: map['recovery'] === null ? null : addressOf(map['recovery']),
    feeCapLamports: amount(map['fee_cap']),
    rentCapLamports: amount(map['rent_cap']),
    signaturesPerMinute: small(map['signatures_per_minute']),
    assets: list(map['assets']).map((item) => {
      const each = fields(item, ['asset', 'decimals', 'per_transaction', 'windows', 'limits', 'recipients']);
      const asset = parseAssetId(each['asset']);
      if (!asset.ok) throw new TypeError('asset is not an asset');
      return {
        asset: asset.value,
        decimals: small(each['decimals']),
        perTransaction: amount(each['per_transaction']),
        windows: list(each['windows']).map((entry) => {
          const one = fields(entry, ['seconds', 'amount']);
          return { seconds: small(one['seconds']), amount: amount(one['amount']) };
        }),
        limits: list(each['limits']).map(addressOf),
        recipients: list(each['recipients']).map(addressOf),
      };
    }),
  };
}

function fields(value: unknown, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('is not a map');
  const map = value as Fields;
  const have = Object.keys(map);
  if (have.length !== names.length || names.some((name) => !Object.hasOwn(map, name)))
    throw new TypeError(`has not exactly the fields ${names.join(', ')}`);
  return map;
}
function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length > 64) throw new TypeError('is not a list of at most 64');
  return value;
}
function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > 64) throw new TypeError('is not a short text');
  return value;
}
function addressOf(value: unknown): Address {
  if (typeof value !== 'string' || !isAddress(value)) throw new TypeError('is not an address');
  return value;
}
function small(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new TypeError('is not a whole number');
  return value;
}
function amount(value: unknown): bigint {
  const wide = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof wide !== 'bigint' || wide < 0n || wide >= 2n ** 64n) throw new TypeError('is not an amount');
  return wide;
}
