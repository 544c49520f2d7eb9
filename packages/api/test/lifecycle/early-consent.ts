import {
  type Approval,
  approve,
  type Dependencies,
  type DomainError,
  type PreparedForOwner,
  prepareApproval,
  type Result,
  type TransactionRequest,
} from '@countersign/core';
import { approvalOf, DELAYED, makeWallet, must, pay, SLOWLY, type TestWallet, type World } from './world.ts';

/** A payment that waits out its delay. */
export interface Waiting {
  readonly of: TestWallet;
  readonly request: TransactionRequest;
  readonly approval: Approval;
}
export async function askDelayed(world: World, of: TestWallet): Promise<Waiting> {
  const request = await pay(world, of, DELAYED, 'slow');
  return { of, request, approval: await approvalOf(world, request.id) };
}
export async function delayed(world: World): Promise<Waiting> {
  return askDelayed(world, await makeWallet(world, SLOWLY));
}

export async function prepareEarly(deps: Dependencies, { approval }: Waiting): Promise<PreparedForOwner> {
  return must(await prepareApproval(deps, { approvalId: approval.id, actor: 'test' }));
}
/** The owner hands in their signature over the statement that was prepared. */
export function consentEarly(
  deps: Dependencies,
  { of, approval }: Waiting,
  { statement }: PreparedForOwner,
): Promise<Result<Approval, DomainError>> {
  return approve(deps, {
    approvalId: approval.id,
    statementSignature: of.owner.sign(new TextEncoder().encode(statement ?? '')),
    newOwnerSignature: null,
    messageSignatures: [],
  });
}
