import { agentAlone } from './agent-alone.ts';
import { amountPerTransaction } from './amount-per-transaction.ts';
import { amountPerWindow } from './amount-per-window.ts';
import { assetHazards } from './asset-hazards.ts';
import { clocksAgree } from './clocks-agree.ts';
import { cooldown } from './cooldown.ts';
import { failuresInARow } from './failures-in-a-row.ts';
import { feeCap } from './fee-cap.ts';
import { feesPerWindow } from './fees-per-window.ts';
import { firstPayment } from './first-payment.ts';
import { groupPerWindow } from './group-per-window.ts';
import { listedAssets } from './listed-assets.ts';
import { listedRecipients } from './listed-recipients.ts';
import { nearLimit } from './near-limit.ts';
import { openHours } from './open-hours.ts';
import { permittedEffects } from './permitted-effects.ts';
import { permittedPrograms } from './permitted-programs.ts';
import { policyUnexpired } from './policy-unexpired.ts';
import { recipientPerWindow } from './recipient-per-window.ts';
import { repeatedDenials } from './repeated-denials.ts';
import type { Rule } from './rule.ts';
import { simulationAgrees } from './simulation-agrees.ts';
import { simulationSucceeds } from './simulation-succeeds.ts';
import { sufficientFunds } from './sufficient-funds.ts';
import { transactionsPerWindow } from './transactions-per-window.ts';
import { walletActive } from './wallet-active.ts';

/** Every rule, each asked each time. */
export const RULES: readonly Rule[] = [
  policyUnexpired,
  walletActive,
  permittedEffects,
  permittedPrograms,
  agentAlone,
  assetHazards,
  listedAssets,
  listedRecipients,
  firstPayment,
  amountPerTransaction,
  amountPerWindow,
  groupPerWindow,
  recipientPerWindow,
  transactionsPerWindow,
  nearLimit,
  openHours,
  cooldown,
  failuresInARow,
  repeatedDenials,
  sufficientFunds,
  feeCap,
  feesPerWindow,
  simulationSucceeds,
  simulationAgrees,
  clocksAgree,
];
