import {
  type Address,
  type DomainError,
  domainError,
  fail,
  type IBlockchainAdapter,
  type NonceAccount,
  ok,
  type Result,
} from '@countersign/core';
import { decodeFakeMessage, encodeFakeMessage, type FakeDurable, type FakeMessage, type FakeStep } from './fake-message.ts';

type Input<Method extends 'buildLockdown' | 'buildHandOver'> = Parameters<IBlockchainAdapter[Method]>[0];
type Addresses = Pick<Input<'buildLockdown'>['addresses'], 'multisig' | 'vault' | 'owner' | 'agent' | 'feeAccount'>;

/** Removes these limits and does nothing else; the same input always gives the same bytes. */
export function buildFakeLockdown({ addresses, nonce, limits }: Input<'buildLockdown'>): Result<Uint8Array, DomainError> {
  if (limits.length === 0) return invalid('there is no limit to remove');
  return nonce.authority === addresses.owner
    ? ok(lockdown(addresses, durableOf(nonce), limits))
    : invalid('the nonce is not under the owner');
}

/** Makes the recovery key config authority and does nothing else. */
export function buildFakeHandOver({ addresses, recovery, nonce }: Input<'buildHandOver'>): Result<Uint8Array, DomainError> {
  return nonce.authority === addresses.owner
    ? ok(handOver(addresses, durableOf(nonce), recovery))
    : invalid('the nonce is not under the owner');
}

function durableOf({ address, authority, nonce }: NonceAccount): FakeDurable {
  return { account: address, authority, nonce };
}

function lockdown({ multisig, owner, feeAccount }: Addresses, durable: FakeDurable, limits: readonly Address[]): Uint8Array {
  const steps = limits.map((spendingLimit) => ({ step: 'remove_limit', spendingLimit }) as const);
  return kitBytes({ multisig, owner, payer: feeAccount, durable, steps });
}

function handOver({ multisig, owner }: Addresses, durable: FakeDurable, recovery: Address): Uint8Array {
  return kitBytes({ multisig, owner, payer: recovery, durable, steps: [{ step: 'set_config_authority', authority: recovery }] });
}

function kitBytes(kit: {
  readonly multisig: Address;
  readonly owner: Address;
  readonly payer: Address;
  readonly durable: FakeDurable;
  readonly steps: readonly FakeStep[];
}): Uint8Array {
  const { multisig, owner, payer, steps } = kit;
  const { account, authority, nonce } = kit.durable;
  return encodeFakeMessage({
    ...{ nonce: 0, lastValidBlockHeight: '0', signers: [payer, owner], durable: { account, authority, nonce } },
    ...{ kind: 'govern', multisig, authority: owner, steps },
  });
}

/** INVARIANT I7: what is not, byte for byte, a lockdown of this wallet is `kit_invalid`. */
export function checkFakeLockdown(
  bytes: Uint8Array,
  addresses: Addresses,
): Result<{ readonly nonceAccount: Address; readonly nonce: string; readonly limits: readonly Address[] }, DomainError> {
  const read = readKit(bytes);
  if (read === null) return invalid('these bytes are no message over a durable nonce');
  const { durable, steps } = read;
  const limits = steps.flatMap((step) => (step.step === 'remove_limit' ? [step.spendingLimit] : []));
  if (limits.length === 0 || new Set(limits).size !== steps.length) return invalid('it does not remove spending limits alone, each once');
  const honest = lockdown(addresses, { ...durable, authority: addresses.owner }, limits);
  if (Buffer.compare(honest, bytes) !== 0) return invalid('it is not exactly a lockdown of this wallet');
  return ok({ nonceAccount: durable.account, nonce: durable.nonce, limits });
}

/** INVARIANT I7: the same for a hand-over to `recovery`. */
export function checkFakeHandOver(
  bytes: Uint8Array,
  addresses: Addresses,
  recovery: Address,
): Result<{ readonly nonceAccount: Address; readonly nonce: string }, DomainError> {
  const read = readKit(bytes);
  if (read === null) return invalid('these bytes are no message over a durable nonce');
  if ([addresses.owner, addresses.agent, addresses.feeAccount].includes(recovery)) return invalid('the recovery key has another role');
  const { durable } = read;
  const honest = handOver(addresses, { ...durable, authority: addresses.owner }, recovery);
  if (Buffer.compare(honest, bytes) !== 0) return invalid('it is not exactly a hand-over of this wallet to the recovery key');
  return ok({ nonceAccount: durable.account, nonce: durable.nonce });
}

function readKit(bytes: Uint8Array): (Extract<FakeMessage, { readonly kind: 'govern' }> & { readonly durable: FakeDurable }) | null {
  const message = decodeFakeMessage(bytes);
  if (message?.kind !== 'govern' || !message.durable || !Array.isArray(message.steps)) return null;
  return { ...message, durable: message.durable };
}

function invalid(problem: string): Result<never, DomainError> {
  return fail(domainError('kit_invalid', { problem }));
}
