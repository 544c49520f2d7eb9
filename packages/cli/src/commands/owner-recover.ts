import { type Address, isAddress } from '@countersign/core';
import { buildRecovery, type RecoveryInput, type RecoveryPlan } from '@countersign/solana/owner-tools';
import { domainFailure, wordsOf } from '../connection/failure-of.ts';
import { flag, type Handler, type Invocation, required, text } from '../invocation.ts';
import { answer, type Failure, failed, misuse, type Outcome } from '../outcome.ts';
import { recoveryKitLines } from '../output/recovery-kit-lines.ts';
import { showLines } from '../output/show-lines.ts';
import type { FoundKey } from '../owner-key/found-key.ts';
import { fileNamed } from '../owner-key/key-choice.ts';
import { findChosen } from '../owner-key/open-key.ts';
import type { Result } from '../result.ts';
import { askToGoOn } from '../support/ask-consent.ts';
import { expectFunds, messageLines, readNodes, walletOnChainLines } from '../support/owner-chain.ts';
import { readRecoveryKit } from '../support/recovery-kit-file.ts';
import { sendPlanned } from '../support/send-planned.ts';

/**
 * `owner recover`: takes a wallet over whose owner key is lost, with the kit, the recovery key and the chain alone. Planned anew after each
 * transaction that is finalized, so that it goes on where it was cut off.
 */
const ownerRecover: Handler = async (invocation) => {
  const rpcUrls = readNodes(invocation);
  if (!rpcUrls.ok) return rpcUrls;
  const kit = await readRecoveryKit(invocation.world, required(invocation, 'kit'));
  if (!kit.ok) return kit;
  const newOwner = text(invocation, 'newOwner') ?? null;
  if (newOwner !== null && !isAddress(newOwner)) return misuse(`--new-owner "${newOwner}" is not an address`, 'give base58 of 32 bytes');
  const choice = fileNamed(invocation, 'recoveryKey', 'passphraseFile');
  if (choice === null) throw new Error('the command does not declare --recovery-key as required');
  const key = await findChosen(invocation, choice);
  if (!key.ok) return key;
  if (key.value.owner !== kit.value.recovery)
    return misuse(
      `the key is ${key.value.owner}, and the kit is for the recovery key ${kit.value.recovery}`,
      'name the right file with --recovery-key',
    );
  return recover(invocation, { rpcUrls: rpcUrls.value, kit: kit.value, newOwner: newOwner as Address | null }, key.value);
};
export default ownerRecover;

async function recover(invocation: Invocation, input: RecoveryInput, key: FoundKey): Promise<Outcome> {
  const { terminal } = invocation.world;
  const first = await plan(input);
  if (!first.ok) return first;
  const json = { multisig: input.kit.multisig, vault: input.kit.vault, owner: input.newOwner ?? key.owner, steps: stepsOf(first.value) };
  if (flag(invocation, 'dryRun') || first.value.messages.length === 0) {
    const done = first.value.messages.length === 0 ? finishLines(input) : ['Nothing was sent. Leave --dry-run away to send it.'];
    return answer({ ...json, sent: [] }, [...planLines(first.value, input), '', ...done]);
  }
  showLines(invocation, [...planLines(first.value, input), '']);
  const funded = expectFunds(input.kit.recovery, first.value);
  if (!funded.ok) return funded;
  const consent = await askToGoOn(terminal, flag(invocation, 'yes'), 'Type recover to take the wallet over: ', 'recover');
  if (!consent.ok) return consent;
  const done = await sendPlanned(invocation, {
    ...{ rpcUrls: input.rpcUrls, keys: [key], first: first.value, plan: () => plan(input) },
    confirmAnew: (changed) => {
      showLines(invocation, [...planLines(changed, input), '']);
      return askToGoOn(terminal, flag(invocation, 'yes'), 'Type recover to go on: ', 'recover');
    },
  });
  return done.ok ? answer({ ...json, sent: done.value.sent }, ['', ...finishLines(input)]) : done;
}

async function plan(input: RecoveryInput): Promise<Result<RecoveryPlan, Failure>> {
  const built = await buildRecovery(input);
  if (built.ok) return built;
  const { error } = built;
  return failed(
    domainFailure(error, `the wallet cannot be taken over: ${wordsOf(error)}`, 'see docs/runbooks/lost-owner.md; nothing more was sent'),
  );
}

function planLines(built: RecoveryPlan, { kit, newOwner }: RecoveryInput): readonly string[] {
  return [
    `Takes the wallet over from the lost owner key ${kit.owner}, for ${newOwner ?? `the recovery key ${kit.recovery}`}:`,
    '',
    ...recoveryKitLines(kit),
    '',
    'On chain now:',
    ...walletOnChainLines(built.before),
    ...messageLines(built.messages),
  ];
}

/** Where the service is still there it follows only from the recovery key. */
function finishLines({ kit, newOwner }: RecoveryInput): readonly string[] {
  if (newOwner !== null)
    return [
      `✓ the wallet ${kit.multisig} is controlled by ${newOwner}, finalized on chain`,
      'Take the money out with its key: countersign owner withdraw. A service that had this wallet does not follow to this key.',
    ];
  return [
    `✓ the wallet ${kit.multisig} is controlled by the recovery key ${kit.recovery}, finalized on chain`,
    'Where the service is still there, go on with a new owner key: countersign keys replace-owner --to NEW_OWNER --consent recovery,',
    'and sign that with both: countersign approve --owner-key RECOVERY_FILE --new-owner-key NEW_FILE',
    'Where it is gone, take the money out: countersign owner withdraw --owner-key RECOVERY_FILE',
  ];
}

function stepsOf({ messages }: RecoveryPlan): readonly object[] {
  return messages.map(({ sentences, signers }) => ({ sentences, signers }));
}
