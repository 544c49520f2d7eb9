import {
  type Address,
  acceptedEncodings,
  type DomainError,
  domainError,
  fail,
  type IKeyManagementService,
  ok,
  parseOwnerStatement,
  type Result,
  sha256Hex,
  verifyEd25519,
  type WalletId,
} from '@countersign/core';
import { decodeFakeMessage } from './fake-message.ts';
import { createTestKey, type TestKey } from './test-key.ts';

export interface FakeKeys extends IKeyManagementService {
  /** `false`: every call answers `signer_unavailable`. */
  setReachable(reachable: boolean): void;
}

interface Held {
  readonly agent: TestKey;
  readonly owner: Address;
  readonly multisig: Address;
  revision: number;
  boundsSha256: string | null;
  suspended: boolean;
}

/**
 * Keys in memory for messages of the fake chain. They sign with real Ed25519, only for wallets whose owner signed bounds, only when not
 * suspended; they count nothing.
 */
export function createFakeKeys(): FakeKeys {
  const fee = createTestKey();
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
    const key = createKeys.get(walletId) ?? createTestKey();
    createKeys.set(walletId, key);
    return key;
  };
  const signedBy = (owner: Address, statement: string, signature: Uint8Array): boolean =>
    acceptedEncodings(statement).some((bytes) => verifyEd25519(owner, bytes, signature));

  return {
    setReachable: (value) => {
      reachable = value;
    },
    getFeeAccount: () => answer(() => ok(fee.address)),
    getCreateKey: (walletId) => answer(() => ok(createKeyOf(walletId).address)),
    initializeAgentKey: ({ walletId, owner, multisig }) =>
      answer(() => {
        const wallet = wallets.get(walletId) ?? {
          agent: createTestKey(),
          owner,
          multisig,
          revision: 0,
          boundsSha256: null,
          suspended: false,
        };
        if (wallet.owner !== owner || wallet.multisig !== multisig) return refuse('wrong_wallet', 'another owner is pinned');
        wallets.set(walletId, wallet);
        return ok({ agent: wallet.agent.address });
      }),
    getAgentPublicKey: (walletId) => held(walletId, ({ agent }) => ok(agent.address)),
    installBounds: ({ walletId, statement, ownerSignature, bounds }) =>
      held(walletId, (wallet) => {
        const parsed = parseOwnerStatement(statement);
        if (!parsed.ok || parsed.value.action !== 'install-policy') return refuse('bad_statement', 'it installs no policy');
        if (!signedBy(wallet.owner, statement, ownerSignature)) return refuse('bad_owner_signature', 'the owner did not sign it');
        const { revision, boundsSha256 } = parsed.value;
        if (sha256Hex(bounds) !== boundsSha256 || parsed.value.wallet !== wallet.multisig) return refuse('bad_statement', 'other bounds');
        if (revision === wallet.revision && boundsSha256 === wallet.boundsSha256) return ok({ revision });
        if (revision !== wallet.revision + 1) return refuse('stale_revision', `revision ${wallet.revision} is installed`);
        Object.assign(wallet, { revision, boundsSha256 });
        return ok({ revision });
      }),
    signWithAgentKey: (input) =>
      held(input.walletId, (wallet) => {
        if (wallet.suspended) return refuse('suspended', 'the key is suspended');
        if (wallet.revision === 0) return refuse('no_bounds', 'no bounds are installed');
        const message = decodeFakeMessage(input.message);
        if (message.kind !== 'pay' || message.multisig !== wallet.multisig) return refuse('unknown_shape', 'not a payment of this wallet');
        if (input.kind === 'spend' && message.spendingLimit === null) return refuse('unknown_shape', 'needs the owner');
        if (input.kind === 'with_owner' && !verifyEd25519(wallet.owner, input.message, input.ownerSignature))
          return refuse('bad_owner_signature', 'the owner did not sign these bytes');
        const signature = wallet.agent.sign(input.message);
        return ok({ signature, receipt: new TextEncoder().encode(sha256Hex(signature)) });
      }),
    signWithFeeKey: ({ walletId, message }) =>
      answer(() => {
        const { signers } = decodeFakeMessage(message);
        const keys = [fee, createKeyOf(walletId)].filter((key) => signers.includes(key.address));
        return ok(keys.map((key) => ({ signer: key.address, signature: key.sign(message) })));
      }),
    restoreReceipts: () => answer(() => ok(undefined)),
    suspendAgentKey: (walletId) =>
      held(walletId, (wallet) => {
        wallet.suspended = true;
        return ok(undefined);
      }),
    resumeAgentKey: ({ walletId, statement, ownerSignature }) =>
      held(walletId, (wallet) => {
        const parsed = parseOwnerStatement(statement);
        if (!parsed.ok || parsed.value.action !== 'unfreeze') return refuse('bad_statement', 'it does not unfreeze');
        if (!signedBy(wallet.owner, statement, ownerSignature)) return refuse('bad_owner_signature', 'the owner did not sign it');
        wallet.suspended = false;
        return ok(undefined);
      }),
    healthCheck: async () => ({
      ready: reachable,
      problem: reachable ? null : 'the fake signer is unplugged',
      wallets: reachable
        ? [...wallets].map(([walletId, { agent, revision, suspended }]) => ({
            walletId,
            agentPublicKey: agent.address,
            policyRevision: revision,
            state: suspended ? ('suspended' as const) : revision === 0 ? ('no_bounds' as const) : ('active' as const),
          }))
        : [],
    }),
  };
}
