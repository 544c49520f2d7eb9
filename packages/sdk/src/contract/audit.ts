// GET /v1/audit?chain=&before=&limit= (operator: all; owner, agent: own wallets)
export interface AuditEntryView {
  readonly chain: string;
  readonly sequence: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: { readonly [name: string]: string | number | boolean | null | readonly string[] };
  readonly previousHash: string;
  readonly hash: string;
}

/** GET /v1/audit/entries?chain=&from=&limit= gives one chain in order, for verifying it oneself; POST /v1/audit/verify has the service do it. */
export interface AuditVerification {
  readonly ok: boolean;
  readonly chains: readonly {
    readonly chain: string;
    readonly ok: boolean;
    readonly entries: string;
    readonly head: string;
    readonly problem: string | null;
    readonly sequence: string | null;
  }[];
}

/** GET /health/ready: 200 or 503 with this. */
export interface ReadyView {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: 'database' | 'chain' | 'signer' | 'clock';
    readonly ok: boolean;
    readonly problem: string | null;
  }[];
  readonly network: string;
  readonly version: string;
}
