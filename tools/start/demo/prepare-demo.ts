import { readFileSync } from 'node:fs';
import { createClient, type WalletView } from '@countersign/sdk';
import { airdrop, balanceOf, hasHistory, leastBalance } from '../rpc.ts';
import { withProgress } from '../terminal.ts';
import { openAgentCredential } from './agent-credential.ts';
import { answerOrThrow } from './answer-or-throw.ts';
import { approveAsOwner } from './approve-as-owner.ts';
import { DEMO_MINT_DECIMALS, type DemoMint, openDemoMint } from './demo-mint.ts';
import type { DemoOwner } from './demo-owner.ts';
import { demoPolicy } from './demo-policy.ts';
import { openDemoWallet } from './demo-wallet.ts';

const LAMPORTS_PER_SOL = 1_000_000_000n;
/** On top of what the vault must keep to exist. */
const VAULT_LAMPORTS = 10n * LAMPORTS_PER_SOL;
const VAULT_TOKENS = 1_000n * 10n ** BigInt(DEMO_MINT_DECIMALS);
const FEE_ACCOUNT_LAMPORTS = 5n * LAMPORTS_PER_SOL;

export interface Demo {
  readonly wallet: WalletView;
  /** Of the active wallet. */
  readonly vault: string;
  readonly mint: string;
  readonly agentCredentialFile: string;
}

export interface DemoNeeds {
  readonly folder: string;
  readonly url: string;
  readonly rpcUrl: string;
  readonly owner: DemoOwner;
  readonly operatorCredentialFile: string;
}

/** The fee account pays fees and rent; on the local chain it is filled up by airdrop. */
export async function fillFeeAccount(rpcUrl: string, feeAccount: string): Promise<void> {
  if ((await balanceOf(rpcUrl, feeAccount)) < LAMPORTS_PER_SOL) await airdrop(rpcUrl, feeAccount, FEE_ACCOUNT_LAMPORTS);
}

/** The demo wallet with money in it and an agent; each step looks first whether an earlier start has done it. */
export async function prepareDemo(needs: DemoNeeds): Promise<Demo> {
  const { folder, url, rpcUrl, owner, operatorCredentialFile } = needs;
  const client = createClient({ baseUrl: url, credential: readFileSync(operatorCredentialFile, 'utf8').trim(), timeoutMs: 20_000 });
  const openMint = once(() => openDemoMint(folder, rpcUrl));
  const wallet = await withProgress(
    'Making the demo wallet on chain (owner signs; active when finalized)',
    openDemoWallet({
      client,
      owner,
      policy: async () => demoPolicy((await openMint()).mint),
      approveAsOwner: (approval) => approveAsOwner({ url, credentialFile: operatorCredentialFile, owner }, approval),
    }),
  );
  const { vault } = wallet;
  if (vault === null) throw new Error(`the demo wallet is ${wallet.state} and has no vault`);
  const [agentCredentialFile, mint] = await Promise.all([
    openAgentCredential(client, folder, wallet.id),
    withProgress('Funding the demo wallet', fund(rpcUrl, wallet, vault, openMint)),
  ]);
  return { wallet: answerOrThrow('the demo wallet cannot be read', await client.getWallet(wallet.id)), vault, mint, agentCredentialFile };
}

/** 10 SOL and 1,000 test tokens, once for a vault, whatever was spent since. Answers the mint. */
async function fund(rpcUrl: string, wallet: WalletView, vault: string, openMint: () => Promise<DemoMint>): Promise<string> {
  const held = wallet.balances?.find(({ asset }) => asset !== 'SOL');
  const giveTokens = async (): Promise<string> => {
    if (held !== undefined && BigInt(held.amount) > 0n) return held.asset;
    const mint = await openMint();
    await mint.giveOnce(vault, VAULT_TOKENS);
    return mint.mint;
  };
  const giveSol = async (): Promise<void> => {
    const isNew = (await balanceOf(rpcUrl, vault)) === 0n && !(await hasHistory(rpcUrl, vault));
    if (isNew) await airdrop(rpcUrl, vault, VAULT_LAMPORTS + (await leastBalance(rpcUrl)));
  };
  const [mint] = await Promise.all([giveTokens(), giveSol()]);
  return mint;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
