import { address, tokenAsset } from '@countersign/core';
import type { BlockchainSubject } from '@countersign/testkit/contracts';
import { createNoopSigner } from '@solana/kit';
import { getApproveInstruction } from '@solana-program/token';
import { compileMessage } from '../build/compile-message.ts';
import { buildVaultMessage } from '../build/intent.ts';
import { kitAddress } from '../build/kit-address.ts';
import { tokenAccountAddress } from '../build/pda.ts';
import { proposalSteps } from '../build/proposal-steps.ts';
import { agentMessage, sol } from './agent-message.ts';
import { must } from './must.ts';
import type { TestChain } from './test-chain.ts';

/** A local chain as the subject of the contract suite. */
export function contractSubject(chain: TestChain): BlockchainSubject {
  const { adapter } = chain;
  return {
    chain: adapter,
    fund: chain.fund,
    sends: (vault, transfers) =>
      agentMessage(
        vault,
        transfers.map(({ to, amount }) => sol(vault, to, amount)),
      ),
    leaveApproved: async ({ addresses, payment, land }) => {
      const found = must(await adapter.readWallet(addresses.multisig));
      const index = (found?.transactionIndex ?? 0n) + 1n;
      const asked = payment(5_000n);
      const message = await buildVaultMessage(addresses, asked, must(await adapter.getAssetInfo(asked.asset)));
      const [create, propose, byAgent, byOwner] = await proposalSteps(addresses, message, index);
      if (!create || !propose || !byAgent || !byOwner) throw new Error('the steps of a proposal');
      const lifetime = { blockhash: await latestBlockhash(chain), lastValidBlockHeight: 0n };
      const built = compileMessage(addresses.feeAccount, [create, propose, byAgent, byOwner], lifetime);
      const { error } = await land(built);
      if (error !== null) throw new Error(error);
      return index;
    },
    leaveDelegate: async ({ addresses, together, land }, delegate) => {
      const { vault } = addresses;
      const mint = await chain.mint(vault, 500n);
      const account = await tokenAccountAddress(vault, mint);
      const approve = getApproveInstruction({
        source: kitAddress(account),
        delegate: kitAddress(delegate),
        owner: createNoopSigner(kitAddress(vault)),
        amount: 5n,
      });
      const { error } = await land(await together({ kind: 'call', message: agentMessage(vault, [approve]), pins: [] }));
      if (error !== null) throw new Error(error);
      return { asset: tokenAsset(mint), account };
    },
    passBlockHeight: async (blockHeight) => {
      while (must(await adapter.getTransactionStatus([])).finalizedBlockHeight <= blockHeight)
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
    unplug: () => chain.process.close(),
    close: chain.close,
  };
}

export async function latestBlockhash(chain: TestChain): Promise<string> {
  const { value } = (await chain.rpc('getLatestBlockhash', { commitment: 'processed' })) as {
    readonly value: { readonly blockhash: string };
  };
  return address(value.blockhash);
}
