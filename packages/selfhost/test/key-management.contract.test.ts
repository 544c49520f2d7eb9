import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { type ContractWallet, describeKeyManagementContract } from '@countersign/testkit/contracts';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { createSignerClient } from '../src/signer-client.ts';
import { spawnSigner } from '../src/spawn-signer.ts';
import { cancelProposal, noncePair, removeLimit } from './support/kit-builder.ts';
import {
  addressOf,
  budget,
  type Cast,
  castOf,
  compile,
  key,
  memo,
  proposalInstructions,
  spendInstruction,
} from './support/message-builder.ts';
import { NETWORK } from './support/owner-side.ts';
import { temporaryDirectory } from './support/test-signer.ts';

const publicKey = (of: Address): PublicKey => new PublicKey(of);
const castFor = ({ feeAccount, agent, owner, createKey }: ContractWallet): Cast =>
  castOf(publicKey(feeAccount), publicKey(agent), publicKey(owner), publicKey(createKey));

function creation({ fee, agent, owner, createKey, multisig }: Cast): Uint8Array {
  const permissions = squads.types.Permissions.all();
  const instruction = squads.instructions.multisigCreateV2({
    ...{ treasury: key(54).publicKey, creator: fee, multisigPda: multisig, createKey, configAuthority: owner, threshold: 2, timeLock: 0 },
    members: [owner, agent].map((member) => ({ key: member, permissions })),
    rentCollector: fee,
  });
  return compile(fee, [...budget(), instruction]);
}

/** Messages made with web3.js and the Squads SDK, for a signer that runs as its own process. */
describeKeyManagementContract('the signer process over its socket', async () => {
  const directory = await temporaryDirectory();
  const passphraseFile = join(directory.path, 'passphrase');
  await writeFile(passphraseFile, 'correct horse\n', { mode: 0o600 });
  const started = await spawnSigner({
    socketPath: join(directory.path, 'run', 'signer.sock'),
    keystoreDirectory: join(directory.path, 'keystore'),
    passphraseFile,
    moreArguments: ['--kdf-memory-mib', '64', '--kdf-passes', '2'],
  });
  if (!started.ok) throw new Error(started.error);
  const child = started.value;
  const keys = createSignerClient({ socketPath: child.socketPath, timeoutMs: 5_000 });
  let made = 0;
  const unique = () => {
    made += 1;
    return memo(`message ${made}`);
  };
  return {
    keys,
    owner: createTestKey(),
    network: NETWORK,
    multisigOf: async (createKey) => addressOf(squads.getMultisigPda({ createKey: publicKey(createKey) })[0]),
    termsOf: async (multisig) => {
      const [limit] = squads.getSpendingLimitPda({ multisigPda: publicKey(multisig), createKey: key(51).publicKey });
      return { spendingLimit: addressOf(limit), recipient: addressOf(key(53).publicKey) };
    },
    makeSpendMessage: async (wallet) => {
      const cast = castFor(wallet);
      return compile(cast.fee, [...budget(), spendInstruction(cast), unique()]);
    },
    makeOwnerMessage: async (wallet) => {
      made += 1;
      const cast = castFor(wallet);
      return compile(cast.fee, [...budget(200_000), ...proposalInstructions(cast, { index: BigInt(made) })]);
    },
    makeCreationMessage: async (wallet) => creation(castFor(wallet)),
    makeCancellation: async (wallet) => {
      made += 1;
      const cast = castFor(wallet);
      const cancels = [cast.owner, cast.agent].map((member) => cancelProposal(cast, member, BigInt(made)));
      return compile(cast.fee, [...budget(), ...cancels]);
    },
    makeNonceMessage: async (wallet) => {
      made += 1;
      const cast = castFor(wallet);
      return compile(cast.fee, [...budget(), ...(await noncePair(cast, { seed: `nonce ${made}` }))]);
    },
    makeLockdown: async (wallet) => {
      const cast = castFor(wallet);
      const nonce = SystemProgram.nonceAdvance({ noncePubkey: Keypair.generate().publicKey, authorizedPubkey: cast.owner });
      return compile(cast.fee, [nonce, removeLimit(cast)]);
    },
    unplug: () => child.stop(),
    close: async () => {
      keys.close();
      await child.stop();
      await directory.remove();
    },
  };
});
