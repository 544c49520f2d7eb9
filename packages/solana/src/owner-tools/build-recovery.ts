import { type Address, type DecodeContext, type DomainError, domainError, type Result, type WalletOnChain } from '@countersign/core';
import { packMessages } from '../build/pack-messages.ts';
import { ALL_PERMISSIONS, addMember, removeMember, setConfigAuthority } from '../build/squads-instructions.ts';
import { fetchAccount } from '../chain/accounts.ts';
import { ChainProblem } from '../chain/chain-problem.ts';
import { createBlockhashSource } from '../chain/latest-blockhash.ts';
import { readNonceAccounts } from '../chain/read-nonces.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { simulateAgreed } from '../chain/simulate-agreed.ts';
import { onOwnersChain } from './owner-chain.ts';
import { decodeForOwner, mostLamports, type OwnerMessage } from './owner-message.ts';
import { addressesFor, readForOwner, type WalletForOwner } from './read-wallet-for-owner.ts';
import type { RecoveryKit } from './recovery-kit.ts';

export interface RecoveryInput {
  readonly rpcUrls: readonly string[];
  /** From `parseRecoveryKit`, which proves what it can do. */
  readonly kit: RecoveryKit;
  /** Takes the lost owner key's place; `null`: the recovery key itself does. */
  readonly newOwner: Address | null;
}

export interface RecoveryPlan {
  readonly before: WalletForOwner;
  /**
   * To be landed in this order, each finalized before the next is sent; all paid and signed by the recovery key. The first hands over, where the
   * chain does not say that this is done; the second puts the new owner in the old one's place. None when all is done.
   */
  readonly messages: readonly OwnerMessage[];
  /** What the recovery key has, and the most that it needs. */
  readonly payerLamports: bigint;
  readonly neededLamports: bigint;
}

/**
 * A wallet whose owner key is lost, with the recovery kit, the recovery key and the chain alone. Built anew from what the chain holds, it goes on
 * where it stopped. Errors: `kit_invalid` for another network or a nonce that has moved; `chain_differs` where somebody else configures the wallet;
 * `invalid_field`; `simulation_failed` where the first message would fail, such as for a recovery key without SOL.
 */
export function buildRecovery(input: RecoveryInput): Promise<Result<RecoveryPlan, DomainError>> {
  return onOwnersChain(input.rpcUrls, (pool) => planRecovery(pool, input));
}

async function planRecovery(pool: RpcPool, { kit, newOwner }: RecoveryInput): Promise<RecoveryPlan> {
  const { recovery } = kit;
  const owner = newOwner ?? recovery;
  const before = await readForOwner(pool, kit.multisig);
  const { wallet } = before;
  if (before.network !== kit.network)
    throw new ChainProblem(domainError('kit_invalid', { problem: `it is for network ${kit.network}, and this one is ${before.network}` }));
  if (owner === kit.owner || (owner !== recovery && wallet.members.some(({ key }) => key === owner) && wallet.configAuthority !== owner))
    throw new ChainProblem(
      domainError('invalid_field', { field: 'newOwner', problem: 'is the lost key, or a member already such as the agent' }),
    );
  const addresses = addressesFor(before, recovery);
  const contextFor = (configures: Address): DecodeContext => ({
    ...{ addresses: { ...addresses, owner: configures }, candidateRecipients: [], assets: [] },
  });
  const messages: OwnerMessage[] = [];
  if (wallet.configAuthority === kit.owner) messages.push(await handOver(pool, kit, contextFor(kit.owner)));
  else if (wallet.configAuthority !== recovery && wallet.configAuthority !== owner) {
    const differences = [`the wallet is configured by ${wallet.configAuthority}, neither the lost owner key nor the recovery key`];
    throw new ChainProblem(domainError('chain_differs', { wallet: wallet.multisig, differences }));
  }
  const lifetime = await createBlockhashSource(pool, { nowMs: () => performance.now() })();
  if (wallet.configAuthority !== owner || owner === recovery)
    for (const message of packMessages(recovery, [takeOver(wallet, kit, owner)], lifetime))
      messages.push(await decodeForOwner(pool, message, contextFor(recovery)));
  const [first] = messages;
  const { account } = await pool.read((call) => fetchAccount(call, recovery, 'confirmed'));
  if (first) {
    const { problem } = await simulateAgreed(pool, first.bytes, contextFor(wallet.configAuthority));
    if (problem !== null) throw new ChainProblem(domainError('simulation_failed', { problem }));
  }
  return { before, messages, payerLamports: account?.lamports ?? 0n, neededLamports: mostLamports(messages, recovery) };
}

/** The kit's own message, with the signature that the owner left. */
async function handOver(pool: RpcPool, kit: RecoveryKit, context: DecodeContext): Promise<OwnerMessage> {
  const [nonce] = await readNonceAccounts(pool, [kit.nonceAccount]);
  if (nonce?.nonce !== kit.nonce || nonce.authority !== kit.owner) {
    const problem = 'its nonce has moved on: it was used, or a newer kit took its place';
    throw new ChainProblem(domainError('kit_invalid', { problem }));
  }
  const given = [{ signer: kit.owner, signature: kit.ownerSignature }];
  const built = { bytes: kit.message, signers: [kit.recovery, kit.owner], lastValidBlockHeight: null };
  return decodeForOwner(pool, built, context, given);
}

/** The new owner comes before the old one goes, as the threshold asks for; then the recovery key gives the configuration away, where it does. */
function takeOver(wallet: WalletOnChain, { recovery, owner: lost, multisig }: RecoveryKit, owner: Address): ReturnType<typeof addMember>[] {
  const by = { multisig, authority: recovery, payer: recovery };
  const member = wallet.members.find(({ key }) => key === owner);
  if (member && member.permissions !== ALL_PERMISSIONS) {
    const differences = [`member ${owner} has permissions ${member.permissions}, expected ${ALL_PERMISSIONS}`];
    throw new ChainProblem(domainError('chain_differs', { wallet: multisig, differences }));
  }
  return [
    ...(member ? [] : [addMember(by, owner)]),
    ...(wallet.members.some(({ key }) => key === lost) ? [removeMember(by, lost)] : []),
    ...(owner === recovery ? [] : [setConfigAuthority(by, owner)]),
  ];
}
