import { describeBlockchainAdapterContract } from './contracts/index.ts';
import { must } from './contracts/must.ts';
import { createFakeChain } from './fake-chain.ts';

describeBlockchainAdapterContract('the fake chain', async () => {
  const chain = createFakeChain();
  return {
    chain,
    fund: async (account, amountLamports) => chain.fund(account, amountLamports),
    passBlockHeight: async (blockHeight) => {
      const { finalizedBlockHeight } = must(await chain.getTransactionStatus([]));
      if (finalizedBlockHeight <= blockHeight) chain.mine(blockHeight + 1n - finalizedBlockHeight);
    },
    unplug: async () => chain.setReachable(false),
    close: async () => {},
  };
});
