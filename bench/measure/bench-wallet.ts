import { setTimeout as sleep } from 'node:timers/promises';
import { type CountersignClient, createClient } from '@countersign/sdk';
import type { RunningService } from '../../tools/harness/running-service.ts';
import { answerOrThrow } from '../../tools/start/demo/answer-or-throw.ts';
import { approveAsOwner } from '../../tools/start/demo/approve-as-owner.ts';
import { openDemoOwner } from '../../tools/start/demo/demo-owner.ts';
import { DEMO_MERCHANT } from '../../tools/start/demo/demo-policy.ts';
import { airdrop } from '../../tools/start/rpc.ts';
import { operatorCredentialFile } from '../../tools/start/services.ts';

export interface BenchWallet {
  readonly id: string;
  readonly vault: string;
  readonly agent: CountersignClient;
}

const CREATION_WITHIN_MS = 120_000;

/** A wallet whose policy lets the agent pay as fast as it can: 6,000 signatures a minute, the highest there is. */
export async function makeBenchWallet(service: RunningService): Promise<BenchWallet> {
  const { operator, folder, url, rpcUrl } = service;
  const owner = await openDemoOwner(folder.demo);
  const policy = {
    version: 1,
    assets: [
      {
        asset: 'SOL',
        perTransaction: { autonomous: '10000000', ceiling: '10000000' },
        windows: [{ seconds: 86_400, autonomous: '9000000000', ceiling: '9000000000' }],
      },
    ],
    recipients: [DEMO_MERCHANT],
    otherRecipients: 'denied',
    fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '4100000' },
    signaturesPerMinute: 6_000,
  };
  const request = { name: 'Bench wallet', owner: owner.address, policy: JSON.stringify(policy) };
  const { wallet, approval } = answerOrThrow('the bench wallet cannot be made', await operator.createWallet(request));
  await approveAsOwner({ url, credentialFile: operatorCredentialFile(folder), owner }, approval.id);
  const vault = await untilActive(operator, wallet.id);
  await airdrop(rpcUrl, vault, 10_000_000_000n);
  const issued = await operator.createCredential({ role: 'agent', wallet: wallet.id, label: 'bench' });
  const { secret } = answerOrThrow('no agent credential', issued);
  return { id: wallet.id, vault, agent: createClient({ baseUrl: url, credential: secret, timeoutMs: 30_000 }) };
}

/** Gives the vault of a wallet that is being made, once it is active. */
export async function untilActive(operator: CountersignClient, id: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < CREATION_WITHIN_MS; waitedMs += 200) {
    const wallet = answerOrThrow('the bench wallet cannot be read', await operator.getWallet(id));
    if (wallet.state === 'active' && wallet.vault !== null) return wallet.vault;
    await sleep(200);
  }
  throw new Error('the bench wallet did not get active');
}
