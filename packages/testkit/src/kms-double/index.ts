export { contextOf } from './authorize.ts';
export { AwsError } from './aws-error.ts';
export { allows, type KeyPolicy, type PolicyRequest, parseKeyPolicy } from './key-policy.ts';
export { type KmsDouble, type Misbehaviour, startKmsDouble } from './kms-double.ts';
export { ACCOUNT, type Principal, type TestCredentials, type TestUser } from './principals.ts';
