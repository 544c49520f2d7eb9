import { parseAddress } from '@countersign/core';
import type { ApprovalView, ClientProblem, CountersignClient } from '@countersign/sdk';
import { answered } from '../connection/answered.ts';
import { connect } from '../connection/connect.ts';
import { findWalletId } from '../connection/find-wallet.ts';
import { type Handler, type Invocation, required, text } from '../invocation.ts';
import { answer, misuse, type Outcome } from '../outcome.ts';
import { proposedLines } from '../output/proposed-lines.ts';
import type { Result } from '../result.ts';

/** `keys rotate`: another agent key; with the reason `lost` the signer no longer has the old one. */
export const keysRotate: Handler = (invocation) => {
  const reason = text(invocation, 'reason') as 'manual' | 'anomaly' | 'lost' | undefined;
  return propose(invocation, {
    open: (client, wallet) => client.rotateAgentKey(wallet, reason === undefined ? {} : { reason }),
    done:
      reason === 'lost'
        ? 'the rotation of the lost agent key is proposed; the agent cannot pay until the owner has signed'
        : 'the rotation of the agent key is proposed; until the owner has signed, everything stays as it is',
  });
};

/** `keys revoke`: the agent loses every right, and its key is destroyed. */
export const keysRevoke: Handler = (invocation) =>
  propose(invocation, {
    open: (client, wallet) => client.revokeAgentKey(wallet),
    done: 'the revocation of the agent key is proposed; to stop the agent now: countersign freeze',
  });

/** `keys replace-owner`: two keys sign it. */
export const keysReplaceOwner: Handler = (invocation) => {
  const owner = parseAddress(required(invocation, 'to'), '--to');
  const consentOf = text(invocation, 'consent') === 'recovery' ? 'recovery' : 'owner';
  if (!owner.ok)
    return Promise.resolve(
      misuse(`--to "${required(invocation, 'to')}" is not an address`, 'give that of the new owner key: countersign owner show FILE'),
    );
  return propose(invocation, {
    open: (client, wallet) => client.replaceOwnerKey(wallet, { owner: owner.value, consentOf }),
    done: `the replacement of the owner key is proposed; ${consentOf === 'owner' ? 'the old' : 'the recovery key'} and the new owner key sign it`,
    more: ' --new-owner-key NEW_FILE',
  });
};

interface Proposing {
  readonly open: (client: CountersignClient, wallet: string) => Promise<Result<ApprovalView, ClientProblem>>;
  readonly done: string;
  readonly more?: string;
}

async function propose(invocation: Invocation, { open, done, more }: Proposing): Promise<Outcome> {
  const client = connect(invocation, 'operator');
  if (!client.ok) return client;
  const wallet = await findWalletId(client.value, invocation);
  if (!wallet.ok) return wallet;
  const approval = await answered(open(client.value, wallet.value));
  return approval.ok ? answer(approval.value, proposedLines(approval.value, done, more)) : approval;
}
