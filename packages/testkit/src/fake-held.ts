import {
  type Address,
  acceptedEncodings,
  type Bounds,
  type DomainError,
  decodeBounds,
  domainError,
  fail,
  type InstalledRevision,
  type OwnerStatement,
  ok,
  parseOwnerStatement,
  type Result,
  sha256Hex,
} from '@countersign/core';
import type { FakeSources } from './sources.ts';
import type { TestKey } from './test-key.ts';

/** What the fake signer holds of a wallet. */
export interface FakeHeld {
  /** `null`: destroyed, or lost before it was known here. */
  agent: TestKey | null;
  /** Made to take the agent key's place; signs nothing. */
  next: TestKey | null;
  owner: Address;
  recovery: Address | null;
  readonly multisig: Address;
  readonly network: string;
  readonly usedNonces: Set<string>;
  revision: number;
  /** The owner's statement that had the last effect on key, owner or bounds. */
  last: string | null;
  suspendedAtMs: number | null;
  /** Came back from a backup: takes bounds only with another key. */
  restored: boolean;
}

export function freshHeld(pins: Pick<FakeHeld, 'agent' | 'owner' | 'multisig' | 'network'>): FakeHeld {
  return {
    ...pins,
    ...{ next: null, recovery: null, usedNonces: new Set(), revision: 0, last: null, suspendedAtMs: null, restored: false },
  };
}

export function refuseFake<T>(signerCode: string, problem: string): Result<T, DomainError> {
  return fail(domainError('signer_refused', { signerCode, problem }));
}

/** How the fake signer judges owner statements. */
export interface FakeStatements {
  /** For this wallet and network, signed by one of these. */
  read(
    wallet: FakeHeld,
    statement: string,
    signed: readonly { readonly by: readonly Address[]; readonly signature: Uint8Array }[],
  ): Result<OwnerStatement, DomainError>;
  /** `null` when the statement can be used now: once, and not after its end. */
  unusable(wallet: FakeHeld, statement: OwnerStatement): Result<never, DomainError> | null;
}

export function createFakeStatements({ clock, verify }: Pick<FakeSources, 'clock' | 'verify'>): FakeStatements {
  return {
    read(wallet, statement, signed) {
      const parsed = parseOwnerStatement(statement);
      if (!parsed.ok) return refuseFake('bad_statement', 'it cannot be read');
      if (parsed.value.network !== wallet.network) return refuseFake('bad_statement', 'it is for another network');
      if (parsed.value.wallet !== wallet.multisig) return refuseFake('wrong_wallet', 'it is for another wallet');
      const encodings = acceptedEncodings(statement);
      const isSigned = signed.every(({ by, signature }) => by.some((key) => encodings.some((bytes) => verify(key, bytes, signature))));
      return isSigned ? parsed : refuseFake('bad_owner_signature', 'who has to sign it did not');
    },
    unusable(wallet, { nonce, expiresAtMs }) {
      if (wallet.usedNonces.has(nonce)) return refuseFake('bad_statement', 'it was used before');
      return expiresAtMs <= clock.nowMs() ? refuseFake('bad_statement', 'it has expired') : null;
    },
  };
}

/** Bounds as a statement names them, for this wallet and the agent key that it shall have. */
export function readFakeBounds(
  wallet: FakeHeld,
  { revision, boundsSha256 }: InstalledRevision,
  bytes: Uint8Array,
  agent: Address | undefined,
): Result<Bounds, DomainError> {
  if (sha256Hex(bytes) !== boundsSha256) return refuseFake('bad_statement', 'other bounds');
  const decoded = decodeBounds(bytes);
  if (!decoded.ok) return refuseFake('malformed', 'the bounds cannot be read');
  const bounds = decoded.value;
  if (bounds.revision !== revision) return refuseFake('bad_statement', 'for another revision');
  if (bounds.network !== wallet.network || bounds.wallet !== wallet.multisig || bounds.agent !== agent)
    return refuseFake('wrong_wallet', 'the bounds are for another network, wallet or agent key');
  return ok(bounds);
}
