import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from './child.process.ts';
import { withFolderLock } from './folder.lock.ts';
import type { Progress } from './stack.ts';

export interface MavenJars {
  /** Of the folder in the cache; names the versions. */
  readonly name: string;
  /** `group:artifact:version` of what is wanted; Maven adds what that needs at run time. */
  readonly artifacts: readonly string[];
  /** Told when they are fetched, which takes a while. */
  readonly message: string;
  /** Empty: `causeway` in the user's cache folder. */
  readonly cacheFolder: string;
  readonly progress: Progress;
}

const GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/**
 * A folder with jars, resolved by Maven once a machine. The folder appears whole or not at all, so two clones that start at the
 * same time cannot see half of it.
 */
export async function mavenJars(wanted: MavenJars): Promise<string> {
  const cache = wanted.cacheFolder === '' ? join(homedir(), '.cache', 'causeway') : wanted.cacheFolder;
  const folder = join(cache, wanted.name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // The lock keeps two Mavens out of the one local repository, which is not safe for concurrent writers.
  await withFolderLock(join(cache, 'kafka.lock'), async () => {
    if (existsSync(folder)) return;
    wanted.progress(wanted.message);
    const work = await mkdtemp(join(cache, 'resolving-'));
    try {
      await writeFile(join(work, 'pom.xml'), pomOf(wanted));
      const args = ['-q', '-B', GOAL, '-DincludeScope=runtime', '-DoutputDirectory=libs'];
      await runToEnd(spawn('mvn', args, { cwd: work }), `mvn (needed to fetch ${wanted.name})`);
      await rename(join(work, 'libs'), folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return folder;
}

function pomOf({ artifacts }: MavenJars): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = '', name = '', version = ''] = artifact.split(':');
    return `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>\n`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>causeway</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>
${dependencies.join('')}  </dependencies>
</project>
`;
}
