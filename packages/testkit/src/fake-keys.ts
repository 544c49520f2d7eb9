import {
  type Address,
  acceptedEncodings,
  type DomainError,
  decodeBounds,
  domainError,
  fail,
  type IKeyManagementService,
  type OwnerStatement,
  ok,
  parseOwnerStatement,
  type Result,
  resumeProblem,
  sha256Hex,
  type WalletId,
} from '@countersign/core';
import { decodeFakeMessage } from './fake-message.ts';
import type { FakeSources } from './sources.ts';
import type { TestKey } from './test-key.ts';

export interface FakeKeys extends IKeyManagementService {
  /** `false`: every call answers `signer_unavailable`. */
  setReachable(reachable: boolean): void;
}

interface Held {
  readonly agent: TestKey;
  readonly owner: Address;
  readonly multisig: Address;
  readonly network: string;
  readonly usedNonces: Set<string>;
  revision: number;
  /** The owner's statement that installed the bounds in force. */
  installed: string | null;
  suspendedAtMs: number | null;
}

/**
 * Keys in memory for messages of the fake chain. They sign only for wallets whose owner signed bounds, only when not suspended; they count
 * nothing.
 */
export function createFakeKeys({ clock, makeKey, verify }: FakeSources): FakeKeys {
  const fee = makeKey();
  const createKeys = new Map<WalletId, TestKey>();
  const wallets = new Map<WalletId, Held>();
  let reachable = true;

  const refuse = <T>(signerCode: string, problem: string): Result<T, DomainError> =>
    fail(domainError('signer_refused', { signerCode, problem }));
  const answer = async <T>(work: () => Result<T, DomainError>): Promise<Result<T, DomainError>> =>
    reachable ? work() : fail(domainError('signer_unavailable', { problem: 'the fake signer is unplugged' }));
  const held = <T>(walletId: WalletId, work: (wallet: Held) => Result<T, DomainError>): Promise<Result<T, DomainError>> =>
    answer(() => {
      const wallet = wallets.get(walletId);
      return wallet ? work(wallet) : refuse('unknown_wallet', 'there is no such key');
    });
  const createKeyOf = (walletId: WalletId): TestKey => {
    const key = createKeys.get(walletId) ?? makeKey();
    createKeys.set(walletId, key);
    return key;
  };
  const readStatement = (wallet: Held, statement: string, signature: Uint8Array): Result<OwnerStatement, DomainError> => {
    const parsed = parseOwnerStatement(statement);
    if (!parsed.ok) return refuse('bad_statement', 'it cannot be read');
    if (parsed.value.network !== wallet.network) return refuse('bad_statement', 'it is for another network');
    if (parsed.value.wallet !== wallet.multisig) return refuse('wrong_wallet', 'it is for another wallet');
    const signed = acceptedEncodings(statement).some((bytes) => verify(wallet.owner, bytes, signature));
    return signed ? parsed : refuse('bad_owner_signature', 'the owner did not sign it');
  };
  /** `null` when the statement can be used now: once, and not after its end. */
  const unusable = (wallet: Held, { nonce, expiresAtMs }: OwnerStatement): Result<never, DomainError> | null => {
    if (wallet.usedNonces.has(nonce)) return refuse('bad_statement', 'it was used before');
    return expiresAtMs <= clock.nowMs() ? refuse('bad_statement', 'it has expired') : null;
  };

  return {
    setReachable: (value) => {
      reachable = value;
    },
    getFeeAccount: () => answer(() => ok(fee.address)),
    getCreateKey: (walletId) => answer(() => ok(createKeyOf(walletId).address)),
    initializeAgentKey: ({ walletId, owner, multisig, network }) =>
      answer(() => {
        const wallet = wallets.get(walletId) ?? {
          agent: makeKey(),
          owner,
          multisig,
          network,
          usedNonces: new Set<string>(),
          revision: 0,
          installed: null,
          suspendedAtMs: null,
        };
        if (wallet.owner !== owner || wallet.multisig !== multisig || wallet.network !== network)
          return refuse('wrong_wallet', 'another owner, multisig or network is pinned');
        wallets.set(walletId, wallet);
        return ok({ agent: wallet.agent.address });
      }),
    getAgentPublicKey: (walletId) => held(walletId, ({ agent }) => ok(agent.address)),
    installBounds: ({ walletId, statement, ownerSignature, bounds }) =>
      held(walletId, (wallet) => {
        const read = readStatement(wallet, statement, ownerSignature);
        if (!read.ok) return read;
        const order = read.value;
        if (order.action !== 'install-policy') return refuse('bad_statement', 'it installs no policy');
        if (sha256Hex(bounds) !== order.boundsSha256) return refuse('bad_statement', 'other bounds');
        if (wallet.installed === statement) return ok({ revision: wallet.revision });
        const decoded = decodeBounds(bounds);
        if (!decoded.ok) return refuse('malformed', 'the bounds cannot be read');
        const { revision, network, agent, wallet: multisig } = decoded.value;
        if (revision !== order.revision) return refuse('bad_statement', 'for another revision');
        if (network !== wallet.network || multisig !== wallet.multisig || agent !== wallet.agent.address)
          return refuse('wrong_wallet', 'the bounds are for another network, wallet or agent key');
        if (revision !== wallet.revision + 1) return refuse('stale_revision', `revision ${wallet.revision} is installed`);
        const problem = unusable(wallet, order);
        if (problem) return problem;
        wallet.usedNonces.add(order.nonce);
        Object.assign(wallet, { revision, installed: statement });
        return ok({ revision });
      }),
    signWithAgentKey: (input) =>
      held(input.walletId, (wallet) => {
        if (wallet.suspendedAtMs !== null) return refuse('suspended', 'the key is suspended');
        if (wallet.revision === 0) return refuse('no_bounds', 'no bounds are installed');
        const message = decodeFakeMessage(input.message);
        if ((message?.kind !== 'pay' && message?.kind !== 'call') || message.multisig !== wallet.multisig)
          return refuse('unknown_shape', 'neither a payment nor a call of this wallet');
        if (input.kind === 'spend' && (message.kind === 'call' || message.spendingLimit === null))
          return refuse('unknown_shape', 'needs the owner');
        if (input.kind === 'with_owner' && !verify(wallet.owner, input.message, input.ownerSignature))
          return refuse('bad_owner_signature', 'the owner did not sign these bytes');
        const signature = wallet.agent.sign(input.message);
        return ok({ signature, receipt: new TextEncoder().encode(sha256Hex(signature)) });
      }),
    signWithFeeKey: ({ walletId, message }) =>
      held(walletId, (wallet) => {
        const decoded = decodeFakeMessage(message);
        const multisig = decoded?.kind === 'create' ? decoded.addresses.multisig : decoded?.multisig;
        if (!decoded || multisig !== wallet.multisig) return refuse('unknown_shape', 'not a message of this wallet');
        const { signers } = decoded;
        if (signers[0] !== fee.address) return refuse('unknown_shape', 'another account pays');
        const keys = [fee, createKeyOf(walletId)].filter((key) => signers.includes(key.address));
        return ok(keys.map((key) => ({ signer: key.address, signature: key.sign(message) })));
      }),
    restoreReceipts: (walletId) => held(walletId, () => ok(undefined)),
    suspendAgentKey: (walletId) =>
      held(walletId, (wallet) => {
        wallet.suspendedAtMs = clock.nowMs();
        return ok(undefined);
      }),
    resumeAgentKey: ({ walletId, statement, ownerSignature }) =>
      held(walletId, (wallet) => {
        const read = readStatement(wallet, statement, ownerSignature);
        if (!read.ok) return read;
        const order = read.value;
        if (order.action !== 'unfreeze' && order.action !== 'resume-signer') return refuse('bad_statement', 'it does not unfreeze');
        if (wallet.suspendedAtMs === null && wallet.usedNonces.has(order.nonce)) return ok(undefined);
        const problem = unusable(wallet, order);
        if (problem) return problem;
        const early = resumeProblem(order, wallet.suspendedAtMs, clock.nowMs());
        if (early !== null) return refuse('bad_statement', early);
        wallet.usedNonces.add(order.nonce);
        wallet.suspendedAtMs = null;
        return ok(undefined);
      }),
    healthCheck: async () => ({
      ready: reachable,
      problem: reachable ? null : 'the fake signer is unplugged',
      wallets: reachable
        ? [...wallets].map(([walletId, { agent, revision, suspendedAtMs }]) => ({
            walletId,
            agentPublicKey: agent.address,
            policyRevision: revision,
            state: suspendedAtMs !== null ? ('suspended' as const) : revision === 0 ? ('no_bounds' as const) : ('active' as const),
          }))
        : [],
    }),
  };
}
