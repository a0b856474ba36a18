import { errorBody, Refusal, type ErrorBody } from './answer.ts';

/** Where a fault stands in a request: the field's API name and its place in the body. */
export interface Place {
  readonly api_name: string;
  readonly json_path: string;
}

export const place = (apiName: string, parent: string): Place => ({
  api_name: apiName,
  json_path: `${parent}.${apiName}`,
});

export const invalidData = (details: Readonly<Record<string, unknown>>, message = 'invalid data'): ErrorBody =>
  errorBody('INVALID_DATA', message, details);

export const mandatoryMissing = (where: Place): ErrorBody =>
  errorBody('MANDATORY_NOT_FOUND', 'required field not found', { ...where });

export const wrongType = (expected: string, where: Place): ErrorBody =>
  invalidData({ expected_data_type: expected, ...where });

export const tooLong = (maximum: number, where: Place): ErrorBody => invalidData({ maximum_length: maximum, ...where });

export const badId = (details: Readonly<Record<string, unknown>>): ErrorBody =>
  invalidData(details, 'the id given seems to be invalid');

export const invalidModule = (): Refusal =>
  new Refusal(
    400,
    errorBody('INVALID_MODULE', 'the module name given seems to be invalid', { resource_path_index: 0 }),
  );

export const unsupportedModule = (): Refusal =>
  new Refusal(400, invalidData({ resource_path_index: 0 }, 'the given module is not supported for this api'));

export const invalidUrl = (): Refusal =>
  new Refusal(404, errorBody('INVALID_URL_PATTERN', 'Please check if the URL trying to access is a correct one'));

export const invalidHost = (): Refusal =>
  new Refusal(400, errorBody('INVALID_HOST', 'The host is not the one of the API'));

export const invalidMethod = (): Refusal =>
  new Refusal(400, errorBody('INVALID_REQUEST_METHOD', 'The http request method type is not a valid one'));

export const unreadable = (): Refusal =>
  new Refusal(400, errorBody('UNABLE_TO_PARSE_DATA_TYPE', 'either the request body or parameters is in wrong format'));

export const paramMissing = (name: string): Refusal =>
  new Refusal(
    400,
    errorBody('REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', { param_name: name }),
  );

export const badParam = (name: string): Refusal => new Refusal(400, invalidData({ param_name: name }));

export const tooManyRequests = (): Refusal =>
  new Refusal(429, errorBody('TOO_MANY_REQUESTS', 'Many requests fired in concurrent than the allowed limit'));
