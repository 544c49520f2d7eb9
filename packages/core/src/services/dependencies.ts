import type { IAlerts } from '../ports/alerts.ts';
import type { IBlockchainAdapter } from '../ports/blockchain-adapter.ts';
import type { IClock, IRandom } from '../ports/clock.ts';
import type { IDatabase } from '../ports/database.ts';
import type { IKeyManagementService } from '../ports/key-management-service.ts';
import type { IPolicyEngine } from '../ports/policy-engine.ts';
import type { ChainWatch } from './chain-watch.ts';

/** What every service needs; all required. Made once, in the composition root. */
export interface Dependencies {
  readonly database: IDatabase;
  readonly chain: IBlockchainAdapter;
  readonly chainWatch: ChainWatch;
  readonly keys: IKeyManagementService;
  readonly policyEngine: IPolicyEngine;
  readonly alerts: IAlerts;
  readonly clock: IClock;
  readonly random: IRandom;
  /** Genesis hash of the one network that this service works on. */
  readonly network: string;
  readonly limits: {
    /** How long an approval waits for the owner. */
    readonly approvalLifetimeMs: number;
    /** How long a prepared owner statement is good for. */
    readonly statementLifetimeMs: number;
    /** When the job first looks after an attempt that the deciding process may have failed to finish. */
    readonly firstLookMs: number;
    /** How long after sending, or sending again, the job looks whether it landed. */
    readonly resendMs: number;
    /** How long after a confirmation the job looks for finality. */
    readonly finalityMs: number;
  };
}

/** Who does something: a credential's id, `owner:<address>`, or `service`. */
export type Actor = string;
export const SERVICE: Actor = 'service';
