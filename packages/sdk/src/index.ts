export { asPaymentDenied, type CountersignClient, createClient, type Paid, type PaymentDenied } from './client.ts';
export type * from './http-contract.ts';
export { eachItem } from './pages.ts';
export { type ClientOptions, type ClientProblem, isTransportProblem, type TransportProblem } from './request.ts';
export * from './schemas/index.ts';
