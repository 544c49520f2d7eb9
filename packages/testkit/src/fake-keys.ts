import {
  type Address,
  type DomainError,
  domainError,
  encodeBase58,
  fail,
  type IKeyManagementService,
  ok,
  type Result,
  type Signature,
  sha256Hex,
  type WalletId,
} from '@countersign/core';
import { type FakeHeld, freshHeld, refuseFake } from './fake-held.ts';
import { decodeFakeMessage, type FakeMessage } from './fake-message.ts';
import { createFakeOrders } from './fake-orders.ts';
import type { FakeSources } from './sources.ts';
import type { TestKey } from './test-key.ts';

export interface FakeKeys extends IKeyManagementService {
  /** `false`: every call answers `signer_unavailable`. */
  setReachable(reachable: boolean): void;
  /** Loses everything that is held of a wallet. */
  lose(walletId: WalletId): void;
  /** The fee account's key is another one from now on. */
  loseFeeKey(): void;
}

/**
 * Keys in memory for messages of the fake chain. They sign only for wallets whose owner signed bounds, only when not suspended; they count
 * nothing.
 */
export function createFakeKeys(sources: FakeSources): FakeKeys {
  const { clock, random, makeKey, verify } = sources;
  const orders = createFakeOrders(sources);
  let fee = makeKey();
  const createKeys = new Map<WalletId, TestKey>();
  const wallets = new Map<WalletId, FakeHeld>();
  const sealed = new Map<string, { readonly walletId: WalletId; readonly label: string; readonly bytes: Uint8Array }>();
  const backups = new Map<string, { readonly walletId: WalletId; readonly held: FakeHeld; readonly agent: TestKey }>();
  let reachable = true;

  const answer = async <T>(work: () => Result<T, DomainError>): Promise<Result<T, DomainError>> =>
    reachable ? work() : fail(domainError('signer_unavailable', { problem: 'the fake signer is unplugged' }));
  const held = <T>(walletId: WalletId, work: (wallet: FakeHeld) => Result<T, DomainError>): Promise<Result<T, DomainError>> =>
    answer(() => {
      const wallet = wallets.get(walletId);
      return wallet ? work(wallet) : refuseFake('unknown_wallet', 'there is no such key');
    });
  const createKeyOf = (walletId: WalletId): TestKey => {
    const key = createKeys.get(walletId) ?? makeKey();
    createKeys.set(walletId, key);
    return key;
  };
  type Pins = Parameters<IKeyManagementService['initializeAgentKey']>[0];
  const pinned = ({ walletId, owner, multisig, network }: Pins, fresh: () => TestKey | null): Result<FakeHeld, DomainError> => {
    const wallet = wallets.get(walletId) ?? freshHeld({ agent: fresh(), owner, multisig, network });
    if (wallet.owner !== owner || wallet.multisig !== multisig || wallet.network !== network)
      return refuseFake('wrong_wallet', 'another owner, multisig or network is pinned');
    wallets.set(walletId, wallet);
    return ok(wallet);
  };
  const agentOf = ({ agent }: FakeHeld): Result<Address, DomainError> =>
    agent === null ? refuseFake('unknown_wallet', 'there is no such key') : ok(agent.address);
  const handle = (): Uint8Array => random.bytes(32);

  return {
    setReachable: (value) => {
      reachable = value;
    },
    lose: (walletId) => {
      wallets.delete(walletId);
    },
    loseFeeKey: () => {
      fee = makeKey();
    },
    getFeeAccount: () => answer(() => ok(fee.address)),
    getCreateKey: (walletId) => answer(() => ok(createKeyOf(walletId).address)),
    initializeAgentKey: (pins) =>
      answer(() => {
        const wallet = pinned(pins, makeKey);
        if (!wallet.ok) return wallet;
        const { agent } = wallet.value;
        return agent === null ? refuseFake('wrong_wallet', 'it gets a key only by a rotation') : ok({ agent: agent.address });
      }),
    getAgentPublicKey: (walletId) => held(walletId, agentOf),
    prepareAgentKey: (pins) =>
      answer(() => {
        const wallet = pinned(pins, () => null);
        if (!wallet.ok) return wallet;
        wallet.value.next ??= makeKey();
        return ok({ agent: wallet.value.next.address });
      }),
    installBounds: (input) => held(input.walletId, (wallet) => orders.installBounds(wallet, input)),
    rotateAgentKey: (input) => held(input.walletId, (wallet) => orders.rotateAgentKey(wallet, input)),
    replaceOwner: (input) => held(input.walletId, (wallet) => orders.replaceOwner(wallet, input)),
    revokeAgentKey: (input) => held(input.walletId, (wallet) => orders.revokeAgentKey(wallet, input)),
    resumeAgentKey: (input) => held(input.walletId, (wallet) => orders.resumeAgentKey(wallet, input)),
    signWithAgentKey: (input) =>
      held(input.walletId, (wallet) => {
        if (wallet.agent === null) return refuseFake('unknown_wallet', 'there is no such key');
        if (wallet.suspendedAtMs !== null && input.kind !== 'step_back') return refuseFake('suspended', 'the key is suspended');
        if (wallet.revision === 0) return refuseFake('no_bounds', 'no bounds are installed');
        const problem = unfit(decodeFakeMessage(input.message), wallet, input.kind);
        if (problem !== null) return refuseFake('unknown_shape', problem);
        if (input.kind === 'with_owner' && !verify(wallet.owner, input.message, input.ownerSignature))
          return refuseFake('bad_owner_signature', 'the owner did not sign these bytes');
        const signature = wallet.agent.sign(input.message);
        return ok({ signature, receipt: new TextEncoder().encode(sha256Hex(signature)) });
      }),
    signWithFeeKey: ({ walletId, message }) =>
      held(walletId, (wallet) => {
        const decoded = decodeFakeMessage(message);
        if (!decoded || !isOf(decoded, wallet)) return refuseFake('unknown_shape', 'not a message of this wallet');
        const { signers } = decoded;
        if (signers[0] !== fee.address) return refuseFake('unknown_shape', 'another account pays');
        const keys = [fee, createKeyOf(walletId)].filter((key) => signers.includes(key.address));
        return ok(keys.map((key): { signer: Address; signature: Signature } => ({ signer: key.address, signature: key.sign(message) })));
      }),
    restoreReceipts: (walletId) => held(walletId, () => ok(undefined)),
    suspendAgentKey: (walletId) =>
      held(walletId, (wallet) => {
        wallet.suspendedAtMs = clock.nowMs();
        return ok(undefined);
      }),
    sealBytes: ({ walletId, label, bytes }) =>
      held(walletId, () => {
        if (bytes.length > 4_096 || !/^[\x20-\x7e]{1,64}$/.test(label)) return refuseFake('malformed', 'too long, or not a label');
        const key = handle();
        sealed.set(encodeBase58(key), { walletId, label, bytes });
        return ok(key);
      }),
    openBytes: (input) =>
      held(input.walletId, () => {
        const found = sealed.get(encodeBase58(input.sealed));
        return found?.walletId === input.walletId && found.label === input.label
          ? ok(found.bytes)
          : refuseFake('malformed', 'not what was sealed');
      }),
    readBackup: (walletId) =>
      held(walletId, (wallet) => {
        if (wallet.agent === null) return refuseFake('unknown_wallet', 'there is no such key');
        const key = handle();
        backups.set(encodeBase58(key), { walletId, held: wallet, agent: wallet.agent });
        return ok(key);
      }),
    restoreAgentKey: (backup) =>
      answer(() => {
        const found = backups.get(encodeBase58(backup));
        if (!found) return refuseFake('malformed', 'no backup');
        if (wallets.has(found.walletId)) return refuseFake('wrong_wallet', 'there is a key');
        const { owner, multisig, network } = found.held;
        const wallet = freshHeld({ agent: found.agent, owner, multisig, network });
        wallets.set(found.walletId, Object.assign(wallet, { suspendedAtMs: clock.nowMs(), restored: true }));
        return ok({ agent: found.agent.address });
      }),
    healthCheck: async () => ({
      ready: reachable,
      problem: reachable ? null : 'the fake signer is unplugged',
      wallets: reachable
        ? [...wallets].flatMap(([walletId, { agent, revision, suspendedAtMs, restored }]) =>
            agent === null
              ? []
              : [
                  {
                    walletId,
                    agentPublicKey: agent.address,
                    policyRevision: revision,
                    state:
                      suspendedAtMs !== null
                        ? ('suspended' as const)
                        : revision === 0 || restored
                          ? ('no_bounds' as const)
                          : ('active' as const),
                  },
                ],
          )
        : [],
    }),
  };
}

/** Why the agent key does not sign it; `null` when it does. */
function unfit(message: FakeMessage | null, { multisig }: FakeHeld, kind: 'spend' | 'with_owner' | 'step_back'): string | null {
  if (kind === 'step_back')
    return message?.kind === 'govern' && message.multisig === multisig && message.steps.every(({ step }) => step === 'cancel')
      ? null
      : 'does more than cancel proposals of this wallet';
  if ((message?.kind !== 'pay' && message?.kind !== 'call') || message.multisig !== multisig)
    return 'neither a payment nor a call of this wallet';
  return kind === 'spend' && (message.kind === 'call' || message.spendingLimit === null) ? 'needs the owner' : null;
}

/** Whether the fee account may pay for it. */
function isOf(message: FakeMessage, { multisig, owner }: FakeHeld): boolean {
  if (message.kind === 'make_nonces') return message.authority === owner;
  if (message.kind === 'foreign') return false;
  // A durable nonce makes the signature good for ever: only a lockdown of the pinned owner has one.
  if (message.durable !== null) {
    const { durable } = message;
    if (message.kind !== 'govern' || message.authority !== owner || durable.authority !== owner) return false;
    if (message.steps.some(({ step }) => step !== 'remove_limit')) return false;
  }
  return (message.kind === 'create' ? message.addresses.multisig : message.multisig) === multisig;
}
