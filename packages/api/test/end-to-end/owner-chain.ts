import { type Address, address, NATIVE_ASSET, type WalletOnChain } from '@countersign/core';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { must, SOL } from './stack.ts';
import { edit } from './thief-bytes.ts';
import { landAll, need, proposalBytes, type Stage, type Victim } from './thief-stage.ts';

const SQUADS: Address = address('SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf');

/** What an owner or a thief does on the chain without the service, and what the chain holds of a wallet. */

export async function onChain({ chain }: Stage, { addresses }: Victim): Promise<WalletOnChain> {
  const found = need(await chain.readWallet(addresses.multisig));
  if (found === null) throw new Error('the wallet is on chain');
  return found;
}

/** The wallet as it is now: keys and limits may have changed since it was made. */
export async function asNow(stage: Stage, victim: Victim): Promise<Victim> {
  const { owner, agent } = must(await stage.stack.operator.getWallet(victim.id));
  const { limits } = await onChain(stage, victim);
  const addresses = { ...victim.addresses, owner: owner as Address, agent: agent as Address };
  return {
    ...victim,
    addresses,
    limitOf: (asset) => {
      const limit = limits.find((each) => each.asset === asset);
      if (!limit) throw new Error(`the chain has no limit for ${asset}`);
      return limit.spendingLimit;
    },
  };
}

/** A key with lamports that pays fees. */
export async function makeFeePayer({ stack }: Stage): Promise<TestKey> {
  const payer = createTestKey();
  await stack.fund(payer.address, SOL);
  return payer;
}

export interface ByKey {
  readonly agent: TestKey;
  readonly payer: TestKey;
  readonly spendingLimit: Address;
  readonly amount?: bigint;
}

/**
 * Spends by a limit with an agent key that somebody has, past service and signer: the chain decides. `null` where it worked, else what the chain
 * said.
 */
export async function spendOnChain(stage: Stage, victim: Victim, by: ByKey): Promise<string | null> {
  const { bytes } = await buildSpend(stage, victim, by);
  const signatures = [by.payer, by.agent].map((key) => ({ signer: key.address, signature: key.sign(bytes) }));
  const [outcome] = await landAll(stage, [{ message: bytes, signatures }]);
  return outcome ?? null;
}

/** What the chain would say to it, without landing it. */
export async function wouldSpend(stage: Stage, victim: Victim, by: ByKey): Promise<string | null> {
  const { bytes, addresses } = await buildSpend(stage, victim, by);
  return need(await stage.chain.simulateTransaction(bytes, { addresses, candidateRecipients: [], assets: [] })).problem;
}

async function buildSpend({ chain }: Stage, victim: Victim, { agent, payer, spendingLimit, amount = 1_000n }: ByKey) {
  const addresses = { ...victim.addresses, agent: agent.address, feeAccount: payer.address };
  const payment = { asset: NATIVE_ASSET, amount, recipient: victim.merchant as Address, memo: null };
  const { bytes } = need(await chain.buildTransaction({ route: 'autonomous', addresses, payment, spendingLimit }));
  return { bytes, addresses };
}

/** Adds a limit for the agent without the service. An owner can: as config authority it needs nobody; so can who stole the owner key. */
export async function addLimit(stage: Stage, victim: Victim, payer: TestKey, destination: string): Promise<void> {
  const { chain } = stage;
  const { owner, agent, multisig } = victim.addresses;
  const wish = { asset: NATIVE_ASSET, amount: SOL, periodSeconds: 86_400, destinations: [destination as Address] };
  const limits = need(await chain.planSpendingLimits(multisig, 999, [wish]));
  const addresses = { ...victim.addresses, feeAccount: payer.address };
  // Pretended, so that nothing but the limit is changed.
  const found = { ...(await onChain(stage, victim)), rentCollector: payer.address, limits: [] };
  const built = need(await chain.changeSettings({ addresses, found, wanted: { owner, agent, feeAccount: payer.address, limits } }));
  for (const { bytes } of built) {
    const signatures = [payer, victim.owner].map((key) => ({ signer: key.address, signature: key.sign(bytes) }));
    expect(await landAll(stage, [{ message: bytes, signatures }])).toEqual([null]);
  }
}

/** Has the agent key propose, past the service, what it cannot do alone. */
export async function proposeAlone(stage: Stage, victim: Victim, agent: TestKey, payer: TestKey): Promise<void> {
  const { addresses } = victim;
  const all = await proposalBytes(stage, { ...victim, addresses: { ...addresses, feeAccount: payer.address } }, SOL);
  const steps = edit(all, ({ instructions }) => ({
    payer: payer.address,
    instructions: instructions
      .filter(({ program }) => program === SQUADS)
      .slice(0, 2)
      .map((each) => ({
        ...each,
        accounts: each.accounts.map((one) => (one.address === addresses.owner ? { ...one, address: addresses.agent } : one)),
      })),
  }));
  const signatures = [payer, agent].map((key) => ({ signer: key.address, signature: key.sign(steps) }));
  expect(await landAll(stage, [{ message: steps, signatures }])).toEqual([null]);
}
