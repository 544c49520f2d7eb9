import { sign } from 'node:crypto';
import { ATTESTED_OPERATIONS } from './attested-operations.ts';
import { assertNoLockout, authorize, type Call, type KmsState } from './authorize.ts';
import { AwsError } from './aws-error.ts';
import { blobField, textField } from './fields.ts';
import { parseKeyPolicy } from './key-policy.ts';
import { assertUsable, describe, makeKey, publicKeyOf, type StoredKey } from './keys.ts';
import { ACCOUNT } from './principals.ts';

const LONGEST_RAW_BYTES = 4_096;

const OPERATIONS: { readonly [name: string]: (state: KmsState, call: Call) => object } = {
  ...ATTESTED_OPERATIONS,
  CreateKey: createKey,
  DescribeKey: (state, call) => ({ KeyMetadata: describe(authorize(state, call), ACCOUNT) }),
  GetPublicKey: (state, call) => publicKeyOf(authorize(state, call)),
  GetKeyPolicy: (state, call) => ({ PolicyName: 'default', Policy: authorize(state, call).policyText }),
  PutKeyPolicy: putKeyPolicy,
  Sign: signRaw,
  EnableKey: (state, call) => setState(authorize(state, call), 'Enabled'),
  DisableKey: (state, call) => setState(authorize(state, call), 'Disabled'),
  ScheduleKeyDeletion: (state, call) => setState(authorize(state, call), 'PendingDeletion'),
  CancelKeyDeletion: (state, call) => setState(authorize(state, call), 'Disabled'),
  CreateGrant: (state, call) => ({ GrantId: authorize(state, call).id, GrantToken: 'none' }),
};

/** Runs one of KMS's operations for a caller. Throws `AwsError`. */
export function runOperation(state: KmsState, call: Call): object {
  const run = Object.hasOwn(OPERATIONS, call.operation) ? OPERATIONS[call.operation] : undefined;
  if (run === undefined) throw new AwsError('UnknownOperationException', call.operation);
  return run(state, call);
}

function createKey(state: KmsState, call: Call): object {
  const { input, principal, region } = call;
  if (!principal.iamActions.includes('kms:CreateKey'))
    throw new AwsError('AccessDeniedException', `${principal.arn} may not kms:CreateKey`);
  const key = makeKey({
    ...{ spec: textField(input, 'KeySpec'), usage: textField(input, 'KeyUsage'), description: String(input['Description'] ?? '') },
    ...{ policyText: textField(input, 'Policy'), region, account: ACCOUNT, nowMs: state.nowMs() },
  });
  assertNoLockout(key.policyText, call, state.nowMs());
  state.keys.set(key.id, key);
  return { KeyMetadata: describe(key, ACCOUNT) };
}

function putKeyPolicy(state: KmsState, call: Call): object {
  const key = authorize(state, call);
  const policyText = textField(call.input, 'Policy');
  const policy = parseKeyPolicy(policyText);
  assertNoLockout(policyText, call, state.nowMs());
  key.policyText = policyText;
  key.policy = policy;
  return {};
}

function signRaw(state: KmsState, call: Call): object {
  const key = authorize(state, call);
  assertUsable(key);
  const { input } = call;
  const [message, algorithm] = [blobField(input, 'Message'), textField(input, 'SigningAlgorithm')];
  if (key.pair === null || key.usage !== 'SIGN_VERIFY') throw new AwsError('InvalidKeyUsageException', `${key.arn} does not sign`);
  if (algorithm !== 'ED25519_SHA_512') throw new AwsError('ValidationException', `the double does not sign with ${algorithm}`);
  if ((input['MessageType'] ?? 'RAW') !== 'RAW') throw new AwsError('ValidationException', 'ED25519_SHA_512 needs MessageType RAW');
  if (message.length < 1 || message.length > LONGEST_RAW_BYTES) throw new AwsError('ValidationException', 'Message has a wrong length');
  if (input['DryRun'] === true)
    throw new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.', 412);
  return { KeyId: key.arn, Signature: sign(null, message, key.pair.privateKey).toString('base64'), SigningAlgorithm: algorithm };
}

function setState(key: StoredKey, state: StoredKey['state']): object {
  key.state = state;
  return { KeyId: key.arn, KeyState: state };
}
