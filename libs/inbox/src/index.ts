export { admit, type Arrival } from './admission.call.ts';
export { consume, type Consumed, type Consumption } from './consumption.call.ts';
export { forget } from './retention.call.ts';
