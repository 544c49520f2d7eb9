import {
  type Actor,
  type Approval,
  type ApprovalId,
  approve,
  type Dependencies,
  type DomainError,
  domainError,
  fail,
  type IOwnerKeys,
  ok,
  type PreparedForOwner,
  prepareApproval,
  type Result,
  reviewed,
  sha256Hex,
  type TransactionRequest,
} from '@countersign/core';
import type { IOwnerKeyHere } from './owner-key-here.ts';
import { type ReadMessage, readPrepared } from './read-prepared.ts';

const DECODER = 'solana/decode in the service';

export interface ApprovedWithKeyHere {
  readonly approval: Approval;
  readonly request: TransactionRequest | null;
  readonly statement: string | null;
  /** One sentence an effect, from the bytes that were signed. */
  readonly effects: readonly string[];
}

/**
 * Opens the owner's key in the service for one approval: prepares it, decodes the exact bytes, opens, records that it was opened, signs, wipes and
 * hands the signatures in. INVARIANT I1, I6: it signs what was decoded completely and is of the approval's kind, and nothing else. INVARIANT I10:
 * nothing is signed unless the opening was recorded. The caller wipes the passphrase.
 */
export async function openAndApprove(
  deps: Dependencies,
  door: IOwnerKeyHere,
  input: { readonly approvalId: ApprovalId; readonly passphrase: Buffer; readonly actor: Actor },
): Promise<Result<ApprovedWithKeyHere, DomainError>> {
  const { approvalId, passphrase, actor } = input;
  const prepared = await prepareApproval(deps, { approvalId, actor });
  if (!prepared.ok) return prepared;
  const read = await readPrepared(deps, prepared.value);
  if (!read.ok) return read;
  const opened = await door.open(passphrase);
  if (!opened.ok) {
    const recorded = await record(deps, prepared.value, { actor, read: read.value, problem: opened.error.code });
    return recorded.ok ? opened : recorded;
  }
  const signed = await signOpened(deps, opened.value, prepared.value, { actor, read: read.value });
  if (!signed.ok) return signed;
  const approved = await approve(deps, { approvalId, ...signed.value, newOwnerSignature: null });
  if (!approved.ok) return approved;
  const { request, statement } = prepared.value;
  return ok({ approval: approved.value, request, statement, effects: read.value.flatMap(({ effects }) => effects) });
}

/** Records, signs, and wipes the key whatever happens. */
async function signOpened(
  deps: Dependencies,
  keys: IOwnerKeys,
  prepared: PreparedForOwner,
  { actor, read }: { readonly actor: Actor; readonly read: readonly ReadMessage[] },
): ReturnType<typeof sign> {
  try {
    const recorded = await record(deps, prepared, { actor, read, problem: null });
    return recorded.ok ? await sign(keys, prepared, read) : recorded;
  } finally {
    await keys.close();
  }
}

/** In the audit log before anything is signed; a refused opening too. */
function record(
  deps: Dependencies,
  { approval, wallet, statement }: PreparedForOwner,
  { actor, read, problem }: { readonly actor: Actor; readonly read: readonly ReadMessage[]; readonly problem: string | null },
): Promise<Result<void, DomainError>> {
  return deps.database.transact(async (tx) => {
    const details = {
      kind: approval.kind,
      messages: read.map(({ bytes }) => sha256Hex(bytes)),
      statement: statement === null ? null : sha256Hex(statement),
      ...(problem === null ? {} : { problem }),
    };
    const action = problem === null ? 'approval.opened_here' : 'approval.opening_refused';
    await tx.audit.append([{ chain: wallet.id, action, actor, subject: approval.id, details }], await tx.nowMs());
    return ok(undefined);
  });
}

async function sign(
  keys: IOwnerKeys,
  { wallet, statement }: PreparedForOwner,
  read: readonly ReadMessage[],
): Promise<Result<{ readonly statementSignature: Uint8Array | null; readonly messageSignatures: readonly Uint8Array[] }, DomainError>> {
  if (keys.getOwnerPublicKey() !== wallet.owner)
    return fail(domainError('owner_key_refused', { problem: 'the sealed key here is not the owner key of this wallet' }));
  const messageSignatures: Uint8Array[] = [];
  for (const { bytes } of read) {
    const signature = await keys.signWithOwnerKey({ kind: 'transaction', message: reviewed(bytes, DECODER) });
    if (!signature.ok) return signature;
    messageSignatures.push(signature.value);
  }
  const statementSignature = statement === null ? ok(null) : await keys.signWithOwnerKey({ kind: 'statement', text: statement });
  return statementSignature.ok ? ok({ statementSignature: statementSignature.value, messageSignatures }) : statementSignature;
}
