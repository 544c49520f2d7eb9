import { encodeBase58, type IBlockchainAdapter, type IKeyManagementService, verifyEd25519, type WalletId } from '@countersign/core';
import type { Change, Commit, FakeChain, Tables } from '@countersign/testkit';
import { checkAudit, checkAuditOfCommit } from './model-audit.ts';
import { checkBooks, checkReservation, checkSettlement } from './model-budget.ts';
import { makesNonces, messageKey, readSpending, readWire } from './model-bytes.ts';
import { createKeyModel } from './model-keys.ts';

/** The true state of everything, which no replica sees. */
export interface Truth {
  readonly tables: Tables;
  readonly chain: FakeChain;
  /** What a vault was given in the beginning, base units. */
  fundedWith(walletId: WalletId): bigint;
  /** How far the database's clock has jumped in all, milliseconds. */
  clockDisorderMs(): number;
}
type Landing = NonNullable<ReturnType<FakeChain['landing']>>;
/** The truth, by attempt. */
export interface Books extends Truth {
  landingOf(attemptId: string): Landing | null;
  /** What an attempt moved of the vault, base units. */
  movedBy(attemptId: string): bigint;
  /** INVARIANT I3: an attempt that can land no more, or landed and moved nothing, for good. */
  isDead(attemptId: string): boolean;
}

/**
 * The reference model: what must hold whatever happens, told by looking at commits, at what the keys sign, at what the chain is handed and at
 * what lands. It knows the fake chain's bytes and the policies by itself and shares no code with what it checks.
 */
export interface Model {
  /** The first thing that went wrong; `null` when nothing did. */
  violation(): string | null;
  fail(problem: string): void;
  committed(commit: Commit): void;
  /** The true chain and signer, with eyes. */
  watchChain<T extends IBlockchainAdapter>(chain: T): T;
  watchKeys<T extends IKeyManagementService>(keys: T): T;
  /** An agent that asked with this key was told of this request. */
  answered(key: string, requestId: string): void;
  /** After a block or a fork. */
  chainMoved(): void;
  /** Everything has come to rest: chain and books agree. */
  atRest(): void;
}

export function createModel(truth: () => Truth): Model {
  let first: string | null = null;
  const decoded = new Set<string>();
  /** Signatures of the fee account by message: the ids of the transactions, whether or not they were ever written down. */
  const transactionIds = new Map<string, string>();
  const attemptIds = new Map<string, string>();
  const kitIds = new Map<string, string>();
  /** Attempts whose bytes the agent key signed, with the request that each is for. */
  const signed = new Map<string, string>();
  const sent = new Set<string>();
  const requestOfKey = new Map<string, string>();

  const fail = (problem: string): void => {
    first ??= problem;
  };
  const keyModel = createKeyModel(truth, fail);
  function landingOf(attemptId: string): Landing | null {
    const { tables, chain } = truth();
    const attempt = tables.attempts.get(attemptId);
    const id = attempt && transactionIds.get(messageKey(attempt.message));
    return id === undefined ? null : chain.landing(id);
  }
  const books = (): Books => ({
    ...truth(),
    landingOf,
    movedBy: (attemptId) => landingOf(attemptId)?.moved.reduce((sum, { amount }) => sum + amount, 0n) ?? 0n,
    isDead(attemptId) {
      const { tables, chain } = truth();
      const attempt = tables.attempts.get(attemptId);
      const { finalized } = chain.heights();
      const landing = landingOf(attemptId);
      if (landing !== null) return landing.error !== null && landing.height <= finalized;
      return attempt !== undefined && finalized > attempt.lastValidBlockHeight;
    },
  });
  const stateOf = (walletId: WalletId): string => truth().tables.wallets.get(walletId)?.wallet.state ?? 'missing';

  function onAgentSign(walletId: WalletId, message: Uint8Array, ownerSignature: Uint8Array | null): void {
    const { tables } = truth();
    const key = messageKey(message);
    if (stateOf(walletId) !== 'active') fail(`I7: the agent key of ${walletId} signs while the wallet is ${stateOf(walletId)}`);
    const rekeyingBy = tables.wallets.get(walletId)?.wallet.rekeyingBy ?? null;
    if (rekeyingBy !== null) fail(`I8: the agent key of ${walletId} signs while the keys change by ${rekeyingBy}`);
    if (!decoded.has(key)) fail('I1: the agent key signs bytes that nobody decoded');
    const attempt = tables.attempts.get(attemptIds.get(key) ?? '');
    const request = tables.requests.get(attempt?.requestId ?? '');
    const spending = readSpending(message);
    if (attempt === undefined || request === undefined || spending === null) {
      fail('I2: the agent key is touched before the attempt is committed, or for no request');
      return;
    }
    const reserved = tables.reservations.get(attempt.id)?.state ?? 'missing';
    // Two jobs may have the same bytes signed at once; the slower one then makes the signature that is there already.
    if (reserved !== 'open' && attempt.wire === null) fail(`I4: ${attempt.id} is signed and its reservation is ${reserved}`);
    if (request.decision.verdict !== 'allowed') fail(`I1: ${attempt.id} is signed on the verdict ${request.decision.verdict}`);
    if (['rejected', 'cancelled', 'denied', 'expired'].includes(request.state))
      fail(`I6: ${attempt.id} is signed and its request is ${request.state}`);
    const { action } = request;
    const asAsked =
      action.kind === 'call'
        ? spending.kind === 'call'
        : spending.kind === 'pay' && spending.amount === action.payment.amount && spending.to === action.payment.recipient;
    if (!asAsked) fail(`I1: ${attempt.id} does something else than was asked`);
    const owner = tables.wallets.get(walletId)?.wallet.owner;
    const consents = ownerSignature !== null && owner !== undefined && verifyEd25519(owner, message, ownerSignature);
    if (request.route === 'countersigned' && !consents) fail(`I6: ${attempt.id} is countersigned and the owner did not sign`);
    for (const [otherId, requestId] of signed)
      if (requestId === request.id && otherId !== attempt.id && !books().isDead(otherId))
        fail(`I3: new bytes ${attempt.id} for ${request.id} are signed while ${otherId} may still land`);
    signed.set(attempt.id, request.id);
  }

  function onFeeSign(message: Uint8Array, signature: Uint8Array): void {
    const key = messageKey(message);
    const known = attemptIds.has(key) || kitIds.has(key);
    // What only makes nonce accounts is known when it is sent.
    if (!known && !makesNonces(message)) fail('I2: the fee key is touched before the attempt is committed');
    transactionIds.set(key, encodeBase58(signature));
  }

  function onSubmit(wire: Uint8Array): void {
    const read = readWire(wire);
    const kit = truth().tables.kits.get(kitIds.get(read?.messageKey ?? '') ?? '');
    if (kit !== undefined) {
      if (kit.wire === null || Buffer.compare(kit.wire, wire) !== 0) fail(`I2: ${kit.id} is sent before its signed bytes are committed`);
      return;
    }
    const attempt = truth().tables.attempts.get(attemptIds.get(read?.messageKey ?? '') ?? '');
    if (read === null || attempt === undefined) {
      fail('I2: bytes of no attempt are sent');
      return;
    }
    if (attempt.wire === null || Buffer.compare(attempt.wire, wire) !== 0)
      fail(`I2: ${attempt.id} is sent before its signed bytes are committed`);
    if (attempt.holding !== null && !sent.has(read.id) && stateOf(attempt.walletId) === 'frozen')
      fail(`I7: ${attempt.id} is sent for the first time after the freeze`);
    sent.add(read.id);
  }

  function chainMoved(): void {
    const effectOf = new Map<string, string>();
    for (const [id, requestId] of signed) {
      const landing = landingOf(id);
      if (landing === null || landing.error !== null) continue;
      const earlier = effectOf.get(requestId);
      if (earlier !== undefined) fail(`I3: ${requestId} has two effects on chain, ${earlier} and ${id}`);
      effectOf.set(requestId, id);
      const reserved = truth().tables.reservations.get(id)?.state ?? 'missing';
      if (reserved !== 'open' && reserved !== 'settled') fail(`I4: ${id} is on chain and its reservation is ${reserved}`);
    }
  }

  return {
    violation: () => first,
    fail,
    committed({ changes }) {
      for (const change of changes) {
        if (change.table === 'attempts' && change.after !== null) attemptIds.set(messageKey(change.after.message), change.after.id);
        if (change.table === 'kits' && change.after !== null) kitIds.set(messageKey(change.after.message), change.after.id);
        if (change.table === 'wallets') checkRestart(changes, change, fail);
        if (change.table !== 'reservations' || change.after === null) continue;
        if (change.before === null) checkReservation(books(), change.after, fail);
        else checkSettlement(books(), change.after, fail);
      }
      keyModel.committed(changes);
      checkAuditOfCommit(changes, fail);
    },
    watchChain: (chain) => ({
      ...chain,
      decodeTransaction: (message, context) => {
        decoded.add(messageKey(message));
        return chain.decodeTransaction(message, context);
      },
      submitTransaction: (wire) => {
        onSubmit(wire);
        return chain.submitTransaction(wire);
      },
    }),
    watchKeys: (keys) => ({
      ...keys,
      async initializeAgentKey(input) {
        const answer = await keys.initializeAgentKey(input);
        if (answer.ok) keyModel.holds(input.walletId, answer.value.agent);
        return answer;
      },
      async rotateAgentKey(input) {
        const answer = await keys.rotateAgentKey(input);
        if (answer.ok) keyModel.holds(input.walletId, answer.value.agent);
        return answer;
      },
      async signWithAgentKey(input) {
        const answer = await keys.signWithAgentKey(input);
        if (answer.ok) onAgentSign(input.walletId, input.message, input.kind === 'with_owner' ? input.ownerSignature : null);
        return answer;
      },
      async signWithFeeKey(input) {
        const answer = await keys.signWithFeeKey(input);
        const [own] = answer.ok ? answer.value : [];
        if (own) onFeeSign(input.message, own.signature);
        return answer;
      },
    }),
    answered(key, requestId) {
      const earlier = requestOfKey.get(key) ?? requestId;
      if (earlier !== requestId) fail(`I3: the key ${key} stands for two requests, ${earlier} and ${requestId}`);
      requestOfKey.set(key, requestId);
    },
    chainMoved,
    atRest() {
      chainMoved();
      checkBooks(books(), fail);
      keyModel.atRest();
      checkAudit(truth().tables, fail);
    },
  };
}

/** INVARIANT I7: a wallet is active again only in the commit that uses up the owner's statement. */
function checkRestart(
  changes: readonly Change[],
  change: Extract<Change, { readonly table: 'wallets' }>,
  fail: (problem: string) => void,
): void {
  if (change.before?.wallet.state !== 'frozen' || change.after?.wallet.state !== 'active') return;
  const consented = changes.some(
    (each) => each.table === 'statements' && each.before === null && each.after?.text.includes('\naction: unfreeze\n'),
  );
  if (!consented) fail(`I7: ${change.after.wallet.id} is active again without the owner`);
}
