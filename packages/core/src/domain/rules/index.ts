import { amountPerTransaction } from './amount-per-transaction.ts';
import { amountPerWindow } from './amount-per-window.ts';
import { clocksAgree } from './clocks-agree.ts';
import { feeCap } from './fee-cap.ts';
import { listedAssets } from './listed-assets.ts';
import { listedRecipients } from './listed-recipients.ts';
import { permittedEffects } from './permitted-effects.ts';
import type { Rule } from './rule.ts';
import { simulationAgrees } from './simulation-agrees.ts';
import { sufficientFunds } from './sufficient-funds.ts';
import { walletActive } from './wallet-active.ts';

/** Every rule, each asked each time. */
export const RULES: readonly Rule[] = [
  walletActive,
  permittedEffects,
  listedAssets,
  listedRecipients,
  amountPerTransaction,
  amountPerWindow,
  sufficientFunds,
  feeCap,
  simulationAgrees,
  clocksAgree,
];
