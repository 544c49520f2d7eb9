import type { Route } from '../http/route.ts';
import { approvalRoutes } from './approval-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { consentRoutes } from './consent-routes.ts';
import { credentialRoutes } from './credential-routes.ts';
import { freezingRoutes } from './freezing-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { kitRoutes } from './kit-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { transactionRoutes } from './transaction-routes.ts';
import { walletRoutes } from './wallet-routes.ts';

/** Everything under /v1, as the contract of packages/sdk/src/http-contract.ts has it. */
export const allRoutes: readonly Route[] = [
  ...walletRoutes,
  ...freezingRoutes,
  ...keyRoutes,
  ...kitRoutes,
  ...policyRoutes,
  ...transactionRoutes,
  ...approvalRoutes,
  ...consentRoutes,
  ...signInRoutes,
  ...credentialRoutes,
  ...auditRoutes,
];
