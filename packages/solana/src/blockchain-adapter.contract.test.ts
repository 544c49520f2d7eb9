import { type BlockchainSubject, describeBlockchainAdapterContract } from '@countersign/testkit/contracts';
import { agentMessage, sol } from './test-support/agent-message.ts';
import { must } from './test-support/must.ts';
import { startTestChain } from './test-support/test-chain.ts';

const open = async (nodes: number): Promise<BlockchainSubject> => {
  const chain = await startTestChain({ nodes });
  const { adapter } = chain;
  return {
    chain: adapter,
    fund: chain.fund,
    sends: (vault, transfers) =>
      agentMessage(
        vault,
        transfers.map(({ to, amount }) => sol(vault, to, amount)),
      ),
    passBlockHeight: async (blockHeight) => {
      while (must(await adapter.getTransactionStatus([])).finalizedBlockHeight <= blockHeight)
        await new Promise((resolve) => setTimeout(resolve, 50));
    },
    unplug: () => chain.process.close(),
    close: chain.close,
  };
};

describeBlockchainAdapterContract('Solana over a local chain', () => open(1));
describeBlockchainAdapterContract('Solana over a local chain told of by three nodes', () => open(3));
