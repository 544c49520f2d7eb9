import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import type { Handler } from '../invocation.ts';
import { answer, misuse } from '../outcome.ts';

const MOST_BYTES = 65_536;

/** `keys restore FILE`: gives the signer the key of an agent back that it lost. The signer refuses any other than the wallet's. */
const keysRestore: Handler = async (invocation) => {
  const path = resolve(invocation.world.cwd, invocation.args[0] ?? '');
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    return misuse(`${path} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`, 'check the path');
  }
  if (content.length === 0 || content.length > MOST_BYTES)
    return misuse(`${path} is no backup of an agent key`, 'give what "keys backup" wrote');
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const restored = await answered(client.value.restoreAgentKey(wallet.value, { backup: content.toString('base64') }));
  if (!restored.ok) return restored;
  return answer(restored.value, [
    `✓ the signer has the agent key ${restored.value.agent} again`,
    'It comes back suspended and signs nothing: whoever holds a backup starts no agent again. The wallet is frozen.',
    'To go on, give the agent another key, and then unfreeze: countersign keys rotate; countersign unfreeze',
  ]);
};
export default keysRestore;
