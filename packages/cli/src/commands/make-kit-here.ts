import type { ApprovalView, CountersignClient } from '@countersign/sdk';
import type { RecoveryKit } from '@countersign/solana/owner-tools';
import { flag, type Invocation } from '../invocation.ts';
import { answer, type Outcome } from '../outcome.ts';
import { checkedJson } from '../output/checked-lines.ts';
import { recoveryKitPage } from '../output/recovery-kit-lines.ts';
import { findKey } from '../owner-key/open-key.ts';
import { chooseKitPlace, createKitKeeper, kitText } from '../support/recovery-kit-file.ts';
import { signHere } from '../support/sign-here.ts';

/** Signs a hand-over ahead of need and keeps the kit here: the service checks the signature, records that there is a kit, and keeps none. */
export async function makeKitHere(
  client: CountersignClient,
  invocation: Invocation,
  approval: ApprovalView,
  option: 'kit' | 'out',
): Promise<Outcome> {
  const path = chooseKitPlace(invocation, option);
  if (!path.ok) return path;
  const key = await findKey(invocation);
  if (!key.ok) return key;
  const keeper = createKitKeeper(path.value);
  const sent = await signHere(client, invocation, { approval, keys: [key.value], keep: keeper.keep });
  const kit = keeper.kit();
  if (!sent.ok && kit !== null)
    invocation.world.terminal.note(`! the service did not take it: the kit in ${path.value} may be worthless; make another one`);
  if (!sent.ok) return sent;
  if (kit === null) throw new Error('a kit was signed and not kept');
  return answer({ approval: sent.value.approval, kit: path.value, signed: checkedJson(sent.value.checked) }, [
    `✓ the recovery kit is in ${path.value}`,
    'Keep a copy of it, and keep it apart from the recovery key: whoever has both can take the wallet.',
    `Look at it at any time: countersign owner recovery-kit check ${path.value}`,
    ...printed(invocation, kit),
  ]);
}

function printed(invocation: Invocation, kit: RecoveryKit): readonly string[] {
  return flag(invocation, 'print') ? ['', ...recoveryKitPage(kit, kitText(kit))] : [];
}
