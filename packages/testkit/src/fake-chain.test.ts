import { NATIVE_ASSET, tokenAsset } from '@countersign/core';
import { describeBlockchainAdapterContract } from './contracts/index.ts';
import { must } from './contracts/must.ts';
import { encodeFakeCall } from './fake-call.ts';
import { createFakeChain } from './fake-chain.ts';
import { fakeTokenAccount } from './fake-watching.ts';
import { liveSources } from './sources.ts';
import { createTestKey } from './test-key.ts';

describeBlockchainAdapterContract('the fake chain', async () => {
  const chain = createFakeChain(liveSources);
  const program = createTestKey().address;
  return {
    chain,
    sends: (_, transfers) => {
      const [only, ...others] = transfers;
      const total = transfers.reduce((sum, { amount }) => sum + amount, 0n);
      const transfer =
        only && others.length === 0 ? { asset: NATIVE_ASSET, amount: `${only.amount}`, recipient: only.to, memo: null } : null;
      const spends = [{ asset: NATIVE_ASSET, amount: `${total}` }];
      return encodeFakeCall({ program, data: '', transfer, spends, gets: [], slackPercent: 0, tables: [] });
    },
    fund: async (account, amountLamports) => chain.fund(account, amountLamports),
    leaveApproved: async ({ addresses }) => chain.leaveProposal(addresses.multisig, 'approved'),
    leaveDelegate: async ({ addresses: { vault } }, delegate) => {
      const asset = tokenAsset(createTestKey().address);
      chain.addAsset(asset, 6);
      chain.fund(vault, 500n, asset);
      chain.setTokenAuthorities(vault, asset, { owner: vault, delegate, closeAuthority: null });
      return { asset, account: fakeTokenAccount(vault, asset) };
    },
    passBlockHeight: async (blockHeight) => {
      const { finalizedBlockHeight } = must(await chain.getTransactionStatus([]));
      if (finalizedBlockHeight <= blockHeight) chain.mine(blockHeight + 1n - finalizedBlockHeight);
    },
    unplug: async () => chain.setReachable(false),
    close: async () => {},
  };
});
