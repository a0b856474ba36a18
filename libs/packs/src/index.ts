export { loadPack, type PackTools } from './pack.loader.ts';
export type { Pack } from './pack.types.ts';
export { builtInPacks } from './packs.registry.ts';
