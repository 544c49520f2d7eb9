import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, required } from '../invocation.ts';
import { aborted, answer } from '../outcome.ts';
import { writeNewFile } from '../support/write-new-file.ts';
import { readBase64 } from '../verify/check-message.ts';

/** `keys backup`: the agent's sealed key file, as the signer keeps it. */
const keysBackup: Handler = async (invocation) => {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const backup = await answered(client.value.getAgentBackup(wallet.value));
  if (!backup.ok) return backup;
  const content = readBase64(backup.value.backup);
  if (content === null) return aborted('the service gave a backup that cannot be read', 'nothing was written; see the log of the signer');
  const file = writeNewFile(invocation.world.cwd, required(invocation, 'out'), content);
  if (!file.ok) return file;
  const { agent } = backup.value;
  return answer({ wallet: wallet.value, agent, file: file.value }, [
    `✓ the agent key ${agent} is in ${file.value}`,
    "It opens with the keystore's passphrase alone: keep the two apart. It is worthless after the next rotation: make another one then.",
    `To put it back: countersign keys restore ${file.value}`,
  ]);
};
export default keysBackup;
