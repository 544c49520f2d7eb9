import {
  type Dependencies,
  type DomainError,
  domainError,
  type Effect,
  fail,
  ok,
  type PreparedForOwner,
  type Result,
} from '@countersign/core';

/** A message that was decoded to the last byte, and what it does, one sentence an effect. */
export interface ReadMessage {
  readonly bytes: Uint8Array;
  readonly effects: readonly string[];
}

/** What the transactions of each kind may do; a payment's were judged by the policy when they were prepared. */
const OF_SETTINGS: ReadonlySet<Effect['kind']> = new Set(['governance', 'fee', 'account_creation', 'memo']);
/** What nobody but a called program knows is for the owner to judge, on a machine of their own. */
const FOR_A_PERSON: ReadonlySet<Effect['kind']> = new Set(['unknown', 'program_call', 'foreign', 'durable_nonce']);

/**
 * Reads every message that was prepared by the decoder that shares nothing with what built it (INVARIANT I6), and refuses what the service must not
 * sign for the owner: what is not understood, what does anything beside its kind, a change of the owner key, which takes another key's signature,
 * and a recovery kit, whose signature has to be with its owner.
 */
export async function readPrepared(deps: Dependencies, prepared: PreparedForOwner): Promise<Result<readonly ReadMessage[], DomainError>> {
  const { approval, attempts, kits } = prepared;
  if (approval.kind === 'replace_owner_key')
    return fail(domainError('owner_key_refused', { problem: 'a new owner key is agreed to with both keys, where they are' }));
  if (approval.kind === 'make_recovery_kit')
    return fail(domainError('owner_key_refused', { problem: 'a recovery kit is signed where its owner keeps it; the service keeps none' }));
  const read: ReadMessage[] = [];
  for (const { message } of [...attempts, ...kits]) {
    const effects = await effectsOf(deps, prepared, message);
    if (!effects.ok) return effects;
    read.push({ bytes: message, effects: effects.value.map((effect) => deps.chain.describeEffect(effect)) });
  }
  return ok(read);
}

async function effectsOf(
  { chain }: Dependencies,
  { approval, wallet, request, policy, kits }: PreparedForOwner,
  message: Uint8Array,
): Promise<Result<readonly Effect[], DomainError>> {
  const refuse = (problem: string): Result<never, DomainError> => fail(domainError('undecodable_message', { problem }));
  if (kits.length > 0) {
    const checked =
      approval.kind === 'arm_lockdown'
        ? chain.checkLockdown(message, wallet)
        : wallet.recovery === null
          ? fail(domainError('recovery_key_missing', { wallet: wallet.id }))
          : chain.checkHandOver(message, wallet, wallet.recovery);
    if (!checked.ok) return checked;
  }
  const decoded = await chain.decodeTransaction(message, {
    addresses: wallet,
    candidateRecipients: request?.action.kind === 'payment' ? [request.action.payment.recipient] : [],
    assets: policy?.limits.map(({ asset, decimals }) => ({ asset, decimals })) ?? [],
  });
  if (!decoded.ok) return decoded;
  const { effects } = decoded.value;
  const stray = effects.find((effect) => {
    if (request !== null) return FOR_A_PERSON.has(effect.kind);
    if (effect.kind === 'durable_nonce') return kits.length === 0;
    return !OF_SETTINGS.has(effect.kind) || (effect.kind === 'governance' && effect.wallet !== wallet.multisig);
  });
  return stray === undefined ? ok(effects) : refuse(`it does something that the service does not sign for the owner: ${stray.kind}`);
}
