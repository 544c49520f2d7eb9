import { describeBlockchainAdapterContract } from '@countersign/testkit/contracts';
import { must } from './test-support/must.ts';
import { startTestChain } from './test-support/test-chain.ts';

describeBlockchainAdapterContract('Solana over a local chain', async () => {
  const chain = await startTestChain();
  const { adapter } = chain;
  return {
    chain: adapter,
    fund: chain.fund,
    passBlockHeight: async (blockHeight) => {
      while (must(await adapter.getTransactionStatus([])).finalizedBlockHeight <= blockHeight)
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
    unplug: () => chain.process.close(),
    close: chain.close,
  };
});
