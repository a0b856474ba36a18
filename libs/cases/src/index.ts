export { playCases, type CaseResult } from './case.results.ts';
export { momentOf, playCase, unmet } from './case.runner.ts';
export { startCaseSystem, type CaseSystem, type OwnCaseSystem } from './case.system.ts';
export { SimulatorClient, type CrmRecord } from './simulator.client.ts';
