import {
  approve,
  type DomainError,
  domainError,
  fail,
  ok,
  parseId,
  prepareApproval,
  type Result,
  rejectApproval,
  vetoByStatement,
} from '@countersign/core';
import {
  type ApprovedHere,
  approvalSchema,
  approvedHereSchema,
  approveHereSchema,
  approveSchema,
  preparedSchema,
  rejectSchema,
} from '@countersign/sdk';
import { approvalParams, noQuery } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { openAndApprove } from '../owner-key-here/open-and-approve.ts';
import { approvalView, preparedView } from '../views/approval-view.ts';
import { parsed } from './parsed.ts';
import { readSurroundings } from './prepared-surroundings.ts';
import { readSignature } from './read-signature.ts';
import { answerWithApproval, readVisibleApproval } from './read-visible-approval.ts';

const prepare: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/prepare',
  summary: 'Fresh exact bytes for the owner to sign',
  tag: 'Approvals',
  action: 'prepare an approval',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'approval.prepared',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: null,
  answers: { 200: preparedSchema },
  async handle({ deps, caller, params }) {
    const found = await readVisibleApproval(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const prepared = await prepareApproval(deps, { approvalId: found.value.id, actor: caller.id });
    if (!prepared.ok) return prepared;
    const surroundings = await readSurroundings(deps, prepared.value);
    return surroundings.ok ? answer(200, preparedView(prepared.value, deps.network, surroundings.value)) : surroundings;
  },
});

const consent: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/approve',
  summary: "Hand in the owner's signatures over what was prepared last",
  tag: 'Approvals',
  action: 'hand in signatures',
  access: ['operator', 'owner'],
  idempotency: 'signed_bytes',
  audit: 'approval.approved',
  movesMoney: true,
  params: approvalParams,
  query: noQuery,
  body: approveSchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const statementSignature = signatureOrNull(body.statementSignature, 'statementSignature');
    if (!statementSignature.ok) return statementSignature;
    const newOwnerSignature = signatureOrNull(body.newOwnerSignature ?? null, 'newOwnerSignature');
    if (!newOwnerSignature.ok) return newOwnerSignature;
    const messageSignatures: Uint8Array[] = [];
    for (const [index, text] of body.messageSignatures.entries()) {
      const signature = readSignature(text, `messageSignatures.${index}`);
      if (!signature.ok) return signature;
      messageSignatures.push(signature.value);
    }
    const found = await readVisibleApproval(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const approved = await approve(deps, {
      approvalId: found.value.id,
      statementSignature: statementSignature.value,
      messageSignatures,
      newOwnerSignature: newOwnerSignature.value,
    });
    return approved.ok ? answerWithApproval(deps, approved.value) : approved;
  },
});

function signatureOrNull(text: string | null, field: string): Result<Uint8Array | null, DomainError> {
  return text === null ? ok(null) : readSignature(text, field);
}

const consentHere: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/approve-here',
  summary: "Open the owner's sealed key on the service's machine for this one action, where the service is set to",
  tag: 'Approvals',
  action: "open the owner's key",
  access: ['operator'],
  idempotency: 'signed_bytes',
  audit: 'approval.opened_here',
  movesMoney: true,
  params: approvalParams,
  query: noQuery,
  body: approveHereSchema,
  answers: { 200: approvedHereSchema },
  async handle({ deps, backend, caller, params, body }) {
    const { ownerKeyHere } = backend;
    if (ownerKeyHere === null) return fail({ code: 'owner_key_not_here' });
    const found = await readVisibleApproval(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const passphrase = Buffer.from(body.passphrase, 'utf8');
    try {
      const approved = await openAndApprove(deps, ownerKeyHere, { approvalId: found.value.id, passphrase, actor: caller.id });
      if (!approved.ok) return approved;
      const { approval, request, statement, effects } = approved.value;
      return answer(200, { approval: approvalView(approval, request), statement, effects } satisfies ApprovedHere);
    } finally {
      passphrase.fill(0);
    }
  },
});

const reject: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/reject',
  summary: "Say no; an owner's session with a statement that vetoes the payment",
  tag: 'Approvals',
  action: 'reject an approval without a statement of the owner',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'approval.rejected',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: rejectSchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const { statement } = body;
    if (statement === undefined && caller.role === 'owner')
      return fail(domainError('forbidden', { role: caller.role, action: reject.action }));
    const signature = statement === undefined ? ok(null) : readSignature(body.signature ?? '', 'signature');
    if (!signature.ok) return signature;
    const found = await readVisibleApproval(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const approvalId = found.value.id;
    const rejected =
      statement !== undefined && signature.value !== null
        ? await vetoByStatement(deps, { approvalId, statement, signature: signature.value })
        : await rejectApproval(deps, { approvalId, reason: body.reason ?? `rejected by the ${caller.role}`, actor: caller.id });
    return rejected.ok ? answerWithApproval(deps, rejected.value) : rejected;
  },
});

export const consentRoutes: readonly Route[] = [prepare, consent, consentHere, reject];
