import { describeBlockchainAdapterContract } from '@countersign/testkit/contracts';
import { contractSubject } from './test-support/contract-subject.ts';
import { startTestChain } from './test-support/test-chain.ts';

describeBlockchainAdapterContract('Solana over a local chain', async () => contractSubject(await startTestChain()));
describeBlockchainAdapterContract('Solana over a local chain told of by three nodes', async () =>
  contractSubject(await startTestChain({ nodes: 3 })),
);
