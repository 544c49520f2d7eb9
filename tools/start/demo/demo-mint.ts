import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Address, Instruction, KeyPairSigner } from '@solana/kit';
import { readOrMakePrivateFile } from '../private-file.ts';
import { accountExists, airdrop, balanceOf, callRpc, confirmed } from '../rpc.ts';

/** A test token with the six decimals of USDC; its mint authority lies in a file, so it is worth nothing. */
export interface DemoMint {
  readonly mint: string;
  /** Gives a new owner tokens, once: does nothing when they have an account for them already. */
  giveOnce(owner: string, amount: bigint): Promise<void>;
}

export const DEMO_MINT_DECIMALS: number = 6;
const MINT_BYTES = 82;
const LEAST_LAMPORTS = 100_000_000n;

/** The mint of this chain; made when it is not there. */
export async function openDemoMint(demo: string, rpcUrl: string): Promise<DemoMint> {
  const [kit, system, token] = await Promise.all([
    import('@solana/kit'),
    import('@solana-program/system'),
    import('@solana-program/token'),
  ]);
  const seed = (): string => randomBytes(32).toString('hex');
  const text = readOrMakePrivateFile(join(demo, 'mint-authority.json'), () => `${JSON.stringify({ authority: seed(), mint: seed() })}\n`);
  const seeds = JSON.parse(text) as { readonly authority: string; readonly mint: string };
  const authority = await kit.createKeyPairSignerFromPrivateKeyBytes(Buffer.from(seeds.authority, 'hex'));
  const mint = await kit.createKeyPairSignerFromPrivateKeyBytes(Buffer.from(seeds.mint, 'hex'));

  const send = async (instructions: readonly Instruction[]): Promise<void> => {
    if ((await balanceOf(rpcUrl, authority.address)) < LEAST_LAMPORTS) await airdrop(rpcUrl, authority.address, 1_000_000_000n);
    const latest = (await callRpc(rpcUrl, 'getLatestBlockhash', [{ commitment: 'confirmed' }])) as {
      readonly value: { readonly blockhash: string; readonly lastValidBlockHeight: number };
    };
    const { blockhash, lastValidBlockHeight } = latest.value;
    const empty = kit.setTransactionMessageFeePayerSigner(authority, kit.createTransactionMessage({ version: 0 }));
    const lifetime = { blockhash: kit.blockhash(blockhash), lastValidBlockHeight: BigInt(lastValidBlockHeight) };
    const message = kit.appendTransactionMessageInstructions(
      instructions,
      kit.setTransactionMessageLifetimeUsingBlockhash(lifetime, empty),
    );
    const wire = kit.getBase64EncodedWireTransaction(await kit.signTransactionMessageWithSigners(message));
    await confirmed(
      rpcUrl,
      String(await callRpc(rpcUrl, 'sendTransaction', [wire, { encoding: 'base64', preflightCommitment: 'confirmed' }])),
    );
  };
  const create = async (payer: KeyPairSigner, newAccount: KeyPairSigner): Promise<void> => {
    const lamports = Number(await callRpc(rpcUrl, 'getMinimumBalanceForRentExemption', [MINT_BYTES]));
    await send([
      system.getCreateAccountInstruction({ payer, newAccount, lamports, space: MINT_BYTES, programAddress: token.TOKEN_PROGRAM_ADDRESS }),
      token.getInitializeMint2Instruction({ mint: newAccount.address, decimals: DEMO_MINT_DECIMALS, mintAuthority: payer.address }),
    ]);
  };
  if (!(await accountExists(rpcUrl, mint.address))) await create(authority, mint);

  return {
    mint: mint.address,
    async giveOnce(ownerText, amount) {
      const owner: Address = kit.address(ownerText);
      const [account] = await token.findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram: token.TOKEN_PROGRAM_ADDRESS });
      if (await accountExists(rpcUrl, account)) return;
      await send([
        await token.getCreateAssociatedTokenIdempotentInstructionAsync({ payer: authority, owner, mint: mint.address }),
        token.getMintToInstruction({ mint: mint.address, token: account, mintAuthority: authority, amount }),
      ]);
    },
  };
}
