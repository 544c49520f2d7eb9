import { type Address, type DomainError, domainError, type Effect, fail, ok, type Result, type WalletAddresses } from '@countersign/core';
import { NO_FACTS } from './account-facts.ts';
import { vaultOf } from './addresses/squads-addresses.ts';
import { decodeMessage } from './decode-message.ts';
import { parseMessage } from './parse-message.ts';
import type { ParsedMessage } from './parsed-message.ts';

/** The nonce that a kit stands on. */
export interface KitNonce {
  readonly nonceAccount: Address;
  /** Base58, from the blockhash's place. */
  readonly nonce: string;
}
export interface CheckedLockdown extends KitNonce {
  readonly limits: readonly Address[];
}
type Governs = Extract<Effect, { readonly kind: 'governance' }>;

/**
 * INVARIANT I7: proves from the bytes alone that they can only take rights away from the agent of this wallet: they advance one nonce of the
 * owner and remove spending limits, each once, whose rent goes to the fee account, which pays; nobody else signs, and no account but these can
 * be written to. Anything else is `kit_invalid`.
 */
export function checkLockdown(message: Uint8Array, addresses: WalletAddresses): Result<CheckedLockdown, DomainError> {
  const read = readKit(message, addresses, addresses.feeAccount);
  if (!read.ok) return read;
  const { nonce, steps, parsed } = read.value;
  const limits: Address[] = [];
  for (const step of steps) {
    if (step.action !== 'remove_limit') return invalid(`it would ${step.action.replaceAll('_', ' ')}`);
    limits.push(step.spendingLimit);
  }
  if (new Set(limits).size !== limits.length) return invalid('it removes a spending limit twice');
  const { feeAccount, owner, multisig } = addresses;
  return expectRoles(parsed, [feeAccount, nonce.nonceAccount, ...limits], [owner, multisig]) ?? ok({ ...nonce, limits });
}

/**
 * INVARIANT I7: the same for a hand-over: it advances one nonce of the owner and makes `recovery` config authority of this wallet, paid by
 * `recovery`, and nothing else. Anything else is `kit_invalid`.
 */
export function checkHandOver(
  message: Uint8Array,
  addresses: Pick<WalletAddresses, 'multisig' | 'vault' | 'owner'> & Partial<WalletAddresses>,
  recovery: Address,
): Result<KitNonce, DomainError> {
  const { multisig, vault, owner, agent, feeAccount } = addresses;
  if ([multisig, vault, owner, agent, feeAccount].includes(recovery)) return invalid(`${recovery} has another role in this wallet`);
  // A hand-over is paid by the recovery key and concerns neither agent nor fee account.
  const roles = { multisig, vault, owner, agent: agent ?? owner, createKey: addresses.createKey ?? owner, feeAccount: recovery };
  const read = readKit(message, roles, recovery);
  if (!read.ok) return read;
  const { nonce, steps, parsed } = read.value;
  const [step, ...more] = steps;
  if (step?.action !== 'set_config_authority' || more.length > 0) return invalid('it does more than to hand the config authority over');
  if (step.authority !== recovery)
    return invalid(`it hands the config authority to ${step.authority}, not to the recovery key ${recovery}`);
  return expectRoles(parsed, [recovery, nonce.nonceAccount, multisig], [owner]) ?? ok(nonce);
}

interface ReadKit {
  readonly parsed: ParsedMessage;
  readonly nonce: KitNonce;
  readonly steps: readonly Governs[];
}

/** A version 0 message over a durable nonce of the owner, signed by `payer` and the owner, whose other instructions are each one change of the wallet. */
function readKit(message: Uint8Array, addresses: WalletAddresses, payer: Address): Result<ReadKit, DomainError> {
  const { multisig, vault, owner } = addresses;
  if (vaultOf(multisig) !== vault) return invalid(`${vault} is not the vault of ${multisig}`);
  if (payer === owner) return invalid('the owner would pay for it');
  const parsed = parseMessage(message);
  if (!parsed.ok) return invalid('problem' in parsed.error ? parsed.error.problem : 'these bytes are no message');
  const { version, lookups, signers, instructions, blockhash } = parsed.value;
  if (version !== 0) return invalid(`it is a message of version ${version}, not 0`);
  if (lookups.length > 0) return invalid('it takes accounts from lookup tables');
  if (signers.length !== 2 || signers[0] !== payer || signers[1] !== owner)
    return invalid(`it is signed by ${signers.join(', ')}, not by ${payer}, who pays, and the owner ${owner}`);
  const decoded = decodeMessage(message, { addresses, candidateRecipients: [], assets: [] }, NO_FACTS);
  if (!decoded.ok) return invalid('these bytes are no message');
  const [fee, durable, ...rest] = decoded.value;
  const unknown = decoded.value.find((effect) => effect.kind === 'unknown');
  if (unknown) return invalid(unknown.reason);
  if (fee?.kind !== 'fee' || fee.payer !== payer) return invalid('its fee is not the one expected');
  if (durable?.kind !== 'durable_nonce') return invalid('it does not stand on a durable nonce');
  if (durable.authority !== owner) return invalid(`its nonce is controlled by ${durable.authority}, not by the owner`);
  // Each instruction has exactly one effect and each effect its instruction: none does something that was not said.
  if (rest.length === 0 || rest.length !== instructions.length - 1) return invalid('an instruction does nothing, or more than one thing');
  const steps: Governs[] = [];
  for (const [index, effect] of rest.entries()) {
    if (effect.kind !== 'governance') return invalid(`it holds an effect of kind ${effect.kind}`);
    if (effect.instruction !== index + 1) return invalid('its effects do not fit its instructions');
    if (effect.wallet !== multisig) return invalid(`it concerns wallet ${effect.wallet}`);
    steps.push(effect);
  }
  return ok({ parsed: parsed.value, nonce: { nonceAccount: durable.account, nonce: blockhash }, steps });
}

/** `null` when exactly `written` can be written to, and no account has two roles. */
function expectRoles(
  { accounts }: ParsedMessage,
  written: readonly Address[],
  others: readonly Address[],
): Result<never, DomainError> | null {
  if (new Set([...written, ...others]).size !== written.length + others.length) return invalid('an account has two roles');
  for (const { address, writable } of accounts)
    if (address !== null && writable !== written.includes(address))
      return invalid(`it ${writable ? 'could' : 'could not'} write to ${address}`);
  return null;
}

function invalid(problem: string): Result<never, DomainError> {
  return fail(domainError('kit_invalid', { problem }));
}
