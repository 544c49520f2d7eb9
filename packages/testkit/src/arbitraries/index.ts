export * from './arbitrary-effects.ts';
export * from './arbitrary-facts.ts';
export * from './arbitrary-message.ts';
export * from './arbitrary-policy.ts';
export * from './arbitrary-policy-text.ts';
export * from './cast.ts';
export * from './hostile-facts.ts';
export * from './tighten-policy.ts';
