import { crmOptions, integrationOptions, loadConfig, type Environment } from '#config';
import type { CrmTarget } from '#operations';
import { runningSystem } from './target.ts';

const { integrationUrl } = integrationOptions;
const { secretKey, otherSecretKeys, callTimeout } = crmOptions;

/** The integration database with its keys: what the environment names, else that of the system on this checkout. */
export async function crmTarget(env: Environment = process.env): Promise<CrmTarget> {
  const isSet = env[integrationUrl.env] !== undefined || env[`${integrationUrl.env}_FILE`] !== undefined;
  if (!isSet) {
    const { integration, secretKey: key } = await runningSystem();
    return { url: integration.url, secretKey: key };
  }
  const config = loadConfig({ integrationUrl, secretKey, otherSecretKeys, callTimeout }, env);
  return {
    url: config.integrationUrl,
    secretKey: config.secretKey,
    otherSecretKeys: config.otherSecretKeys,
    callTimeoutMs: config.callTimeout,
  };
}
