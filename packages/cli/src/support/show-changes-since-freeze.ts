import type { ChangesSinceFreezeView, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import type { Invocation } from '../invocation.ts';
import { changesSinceFreezeLines } from '../output/changes-since-freeze-lines.ts';
import { showLines } from '../output/show-lines.ts';

/**
 * Shows what the service says that changed since a wallet was frozen, before anybody lets it go on; gives it, or `null` when it cannot be told. With
 * `--json` it goes to the error stream.
 */
export async function showChangesSinceFreeze(
  client: CountersignClient,
  invocation: Invocation,
  wallet: string,
): Promise<ChangesSinceFreezeView | null> {
  const changes = await answered(client.changesSinceFreeze(wallet));
  const lines = changes.ok
    ? changesSinceFreezeLines(changes.value)
    : [`! what changed since the freeze is not known: ${changes.error.message}`];
  showLines(invocation, [...lines, '']);
  return changes.ok ? changes.value : null;
}
