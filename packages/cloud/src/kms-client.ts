import { KMSClient } from '@aws-sdk/client-kms';

/** How AWS is reached. */
export interface AwsAccess {
  readonly region: string;
  /** `null`: where the SDK finds them (environment, profile, instance role). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } | null;
  /** `null`: AWS itself, over TLS. */
  readonly endpoint: string | null;
}

/** A client for one action; whoever opens it destroys it (`createKmsOwnerKeys` does it at `close`). */
export function openKmsClient(access: AwsAccess): KMSClient {
  return new KMSClient(clientConfig(access));
}

interface ClientConfig {
  readonly region: string;
  readonly maxAttempts: number;
  readonly credentials?: NonNullable<AwsAccess['credentials']>;
  readonly endpoint?: string;
}

/** What clients of all AWS services share. The SDK tries three times at most. */
export function clientConfig({ region, credentials, endpoint }: AwsAccess): ClientConfig {
  return {
    region,
    maxAttempts: 3,
    ...(credentials === null ? {} : { credentials: { ...credentials } }),
    ...(endpoint === null ? {} : { endpoint }),
  };
}
