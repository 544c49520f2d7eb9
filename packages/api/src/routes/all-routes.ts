import type { Route } from '../http/route.ts';
import { approvalRoutes } from './approval-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { credentialRoutes } from './credential-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { transactionRoutes } from './transaction-routes.ts';
import { walletRoutes } from './wallet-routes.ts';

/** Everything under /v1, as the contract of packages/sdk/src/http-contract.ts has it. */
export const allRoutes: readonly Route[] = [
  ...walletRoutes,
  ...policyRoutes,
  ...transactionRoutes,
  ...approvalRoutes,
  ...credentialRoutes,
  ...auditRoutes,
];
