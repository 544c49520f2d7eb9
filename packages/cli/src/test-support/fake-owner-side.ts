import {
  type Address,
  acceptedEncodings,
  decodeBase58,
  formatSignIn,
  type OwnerStatement,
  parseOwnerStatement,
  parseSignIn,
  verifyEd25519,
} from '@countersign/core';
import type { CredentialView, KeyView, KitsView, KitView, PolicyChangeView, PolicyView, WalletView } from '@countersign/sdk';
import { type Answer, good200, problem } from './fake-answer.ts';
import { APPROVAL_ID, approval, NETWORK, POLICY, WALLET_ID } from './prepared.ts';

export const SESSION_SECRET = 'cs_owner_session';
const AT = '2026-01-01T00:00:00.000Z';

/** What a test sets of the owner's half. */
export interface OwnerSide {
  keys: readonly KeyView[];
  kits: KitsView;
  policies: readonly PolicyView[];
  changes: readonly PolicyChangeView[];
  tightensOnly: boolean;
  /** After how many looks the limits are gone. */
  looksUntilLockedDown: number;
  /** A lie about the text to sign in with. */
  challenge: ((honest: Parameters<typeof formatSignIn>[0]) => Parameters<typeof formatSignIn>[0]) | null;
  sessionExpiresAt: string;
  backup: string;
}

export function ownerSide(): OwnerSide {
  return {
    ...{ keys: [], kits: { items: [], warnings: [] }, policies: [], changes: [], tightensOnly: false, looksUntilLockedDown: 2 },
    ...{ challenge: null, sessionExpiresAt: new Date(Date.now() + 3_600_000).toISOString(), backup: 'AAEC' },
  };
}

export function keyView(more: Partial<KeyView> = {}): KeyView {
  return {
    ...{ id: 'key_01KAQ5R9V3N8X2M4T6W8Y0Z1B3', wallet: WALLET_ID, role: 'agent', address: NETWORK, state: 'active', notice: 'none' },
    ...{ reason: null, createdAt: AT, activatedAt: AT, dueAt: AT, endedAt: null },
    ...more,
  };
}
export function kitView(more: Partial<KitView> = {}): KitView {
  return {
    ...{ id: 'kit_01KAQ5R9V3N8X2M4T6W8Y0Z1B3', wallet: WALLET_ID, approval: APPROVAL_ID, purpose: 'lockdown', part: 0, state: 'armed' },
    ...{ nonceAccount: NETWORK, limits: [NETWORK], signature: null, problem: null, createdAt: AT },
    ...more,
  };
}
export function policyView(more: Partial<PolicyView> = {}): PolicyView {
  return {
    ...{ wallet: WALLET_ID, revision: 1, state: 'active', text: POLICY, policySha256: 'a'.repeat(64), boundsSha256: 'b'.repeat(64) },
    ...{ limits: [], tightening: null, createdAt: AT, activatedAt: AT },
    ...more,
  };
}
export function credentialView(role: CredentialView['role'], owner: string | null = null): CredentialView {
  return {
    ...{ id: 'crd_1', role, wallet: role === 'agent' ? WALLET_ID : null, owner, label: role, createdAt: AT, revokedAt: null },
    expiresAt: owner === null ? null : AT,
  };
}

interface Asked {
  readonly where: string;
  readonly json: { readonly [name: string]: string } | undefined;
  readonly host: string;
}

/** Routes of the owner's half; `null`: none of them. */
export function createOwnerRoutes(side: OwnerSide, wallet: WalletView): (asked: Asked) => Answer | null {
  let looks = 0;
  const frozen = {
    wallet: { ...wallet, state: 'frozen' },
    mayStillLand: [{ transaction: 'tx_1', signature: null, state: 'signed' }],
    signerProblem: null,
  };
  const proposed = (kind: Parameters<typeof approval>[0]): Answer => good200(approval(kind));
  return ({ where, json = {}, host }) => {
    switch (where) {
      case 'POST /v1/sign-in/challenge':
        return challenge(side, json['owner'] as Address, host);
      case 'POST /v1/sign-in':
        return signIn(side, json, wallet.owner as Address);
      case 'POST /v1/sign-out':
        return good200(credentialView('owner', wallet.owner));
      case 'POST /v1/wallets/{wallet}/freeze':
        return json['statement'] === undefined || isSigned(json, wallet, 'freeze')
          ? good200(frozen)
          : problem(422, 'owner_signature_invalid');
      case 'POST /v1/wallets/{wallet}/lockdown':
        return good200({ frozen, armed: side.kits.items.map((kit) => ({ ...kit, state: 'called' })) });
      case 'GET /v1/wallets/{wallet}/changes-since-freeze':
        looks += 1;
        return good200(changes(side, looks >= side.looksUntilLockedDown));
      case 'GET /v1/wallets/{wallet}/keys':
        return good200({ items: side.keys, nextCursor: null });
      case 'POST /v1/wallets/{wallet}/rotate-agent-key':
        return proposed('rotate_agent_key');
      case 'POST /v1/wallets/{wallet}/replace-owner-key':
        return proposed('replace_owner_key');
      case 'POST /v1/wallets/{wallet}/revoke-agent-key':
        return proposed('revoke_agent_key');
      case 'POST /v1/wallets/{wallet}/unfreeze':
        return proposed('unfreeze');
      case 'GET /v1/wallets/{wallet}/agent-backup':
        return good200({ wallet: WALLET_ID, agent: wallet.agent, backup: side.backup });
      case 'POST /v1/wallets/{wallet}/restore-agent-key':
        return json['backup'] === side.backup ? good200({ wallet: WALLET_ID, agent: wallet.agent }) : problem(422, 'invalid_field');
      case 'GET /v1/wallets/{wallet}/kits':
        return good200(side.kits);
      case 'POST /v1/wallets/{wallet}/kits':
        return proposed(json['purpose'] === 'recovery' ? 'make_recovery_kit' : 'arm_lockdown');
      case 'GET /v1/wallets/{wallet}/policies':
        return good200({ items: side.policies, nextCursor: null });
      case 'POST /v1/wallets/{wallet}/policies':
        return good200({
          revision: policyView({ revision: 2, state: 'proposed' }),
          changes: side.changes,
          approval: approval('install_policy'),
        });
      case 'POST /v1/wallets/{wallet}/policies/diff':
        return good200({ changes: side.changes, tightensOnly: side.tightensOnly, limits: [] });
      case 'POST /v1/wallets/{wallet}/policies/tighten':
        return side.tightensOnly
          ? good200(
              policyView({ tightening: { number: 1, text: json['policy'] ?? '', policySha256: 'c'.repeat(64), by: 'crd_1', at: AT } }),
            )
          : problem(422, 'policy_loosens', { changes: side.changes.map(({ sentence }) => sentence) });
      default:
        return null;
    }
  };
}

/** Whether a statement of this action, of this wallet and network, carries the owner's signature. */
export function isSigned(json: { readonly [name: string]: string }, wallet: WalletView, action: OwnerStatement['action']): boolean {
  const { statement = '', signature = '' } = json;
  const parsed = parseOwnerStatement(statement);
  const bytes = decodeBase58(signature) ?? new Uint8Array();
  if (!parsed.ok || parsed.value.action !== action || parsed.value.wallet !== wallet.multisig || parsed.value.network !== NETWORK)
    return false;
  return acceptedEncodings(statement).some((each) => verifyEd25519(wallet.owner as Address, each, bytes));
}

function challenge({ challenge: lie }: OwnerSide, address: Address, host: string): Answer {
  const issuedAtMs = Math.floor(Date.now() / 1000) * 1000;
  const honest = {
    ...{ domain: host, address, uri: `http://${host}`, network: NETWORK, nonce: 'ab'.repeat(16) },
    ...{ issuedAtMs, expiresAtMs: issuedAtMs + 300_000 },
  };
  const told = lie === null ? honest : lie(honest);
  return good200({ text: formatSignIn(told), expiresAt: new Date(told.expiresAtMs).toISOString() });
}

function signIn(side: OwnerSide, { text = '', signature = '' }: { readonly [name: string]: string }, owner: Address): Answer {
  const parsed = parseSignIn(text);
  const bytes = decodeBase58(signature) ?? new Uint8Array();
  if (!parsed.ok || !verifyEd25519(owner, new TextEncoder().encode(text), bytes)) return problem(422, 'sign_in_invalid');
  return good200({ credential: credentialView('owner', owner), secret: SESSION_SECRET, owner, expiresAt: side.sessionExpiresAt });
}

function changes({ kits, keys }: OwnerSide, lockedDown: boolean): object {
  return {
    ...{ frozenAt: AT, reason: 'strange payments', by: 'crd_1', entries: [], hasMore: false, differencesOnChain: [] },
    ...{ ended: [], mayStillLand: [], seenByWatcher: [], lockedDown, keys },
    kits: kits.items.map((kit) => ({ ...kit, state: lockedDown ? 'used' : 'sent', signature: 'sig' })),
  };
}
