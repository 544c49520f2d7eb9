export { createOwnerKeyInKms, type NewOwnerKey } from './create-owner-key-in-kms.ts';
export { type AwsAccess, openKmsClient } from './kms-client.ts';
export { createKmsOwnerKeys, KMS_LIMIT_BYTES, KMS_TIMEOUT_MS, type KmsKey, readKmsOwner } from './kms-owner-keys.ts';
export { OWNER_KEY_POLICY_VERSION, type OwnerKeyRoles, ownerKeyPolicy } from './owner-key-policy.ts';
export { OWNER_SESSION_SECONDS, type OwnerSession, ownerSession } from './owner-session.ts';
export { proveKmsReader } from './prove-kms-reader.ts';
export { selfTestKmsOwnerKey } from './self-test-kms-owner-key.ts';
