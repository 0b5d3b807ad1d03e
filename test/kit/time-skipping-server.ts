import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '1.38.0'
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
const makeWithinMs = 5 * 60_000

const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>ironvoice</groupId><artifactId>time-skipping-server</artifactId><version>1</version>
<dependencies><dependency>
<groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version>
</dependency></dependencies>
</project>`

/**
 * A launcher of Temporal's time-skipping test server, made of its jars from Maven Central and kept in
 * `IRONVOICE_HOME` (or `.ironvoice`). Made once: aside, and moved into place whole, so that runs at the same time don't
 * meet half of it; one that a killed run or a cleaned disk left incomplete is made again.
 * @throws Error saying what is missing, when there is no `java` or no `mvn`.
 */
export async function timeSkippingLauncher(): Promise<string> {
  const home = resolve(process.env.IRONVOICE_HOME ?? '.ironvoice')
  const directory = join(home, `test-server-${version}`)
  if (!(await isWhole(directory))) await make(home, directory)
  return join(directory, 'launch')
}

async function make(home: string, directory: string): Promise<void> {
  await Promise.all([requireCommand('java', ['-version']), requireCommand('mvn', ['-version'])])
  await mkdir(home, { recursive: true })
  const aside = await mkdtemp(join(home, 'test-server-making-'))
  try {
    await writeFile(join(aside, 'pom.xml'), project)
    const goals = ['-q', '-B', '-f', join(aside, 'pom.xml'), copyDependencies, '-DincludeScope=runtime']
    await run('mvn', [...goals, `-DoutputDirectory=${join(aside, 'jars')}`], { timeout: makeWithinMs })
    const launcher = `#!/bin/sh\nexec java -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"\n`
    await writeFile(join(aside, 'launch'), launcher)
    await chmod(join(aside, 'launch'), 0o755)
    await writeFile(join(aside, 'contents.json'), JSON.stringify(await sizes(join(aside, 'jars'))))
    if (await isWhole(directory)) return
    await rm(directory, { recursive: true, force: true })
    await rename(aside, directory).catch(async (error: unknown) => {
      if (!(await isWhole(directory))) throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function isWhole(directory: string): Promise<boolean> {
  try {
    const expected = await readFile(join(directory, 'contents.json'), 'utf8')
    await stat(join(directory, 'launch'))
    return expected === JSON.stringify(await sizes(join(directory, 'jars')))
  } catch {
    return false
  }
}

async function sizes(directory: string): Promise<[name: string, bytes: number][]> {
  const names = (await readdir(directory)).toSorted()
  return Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(directory, name))).size]),
  )
}

async function requireCommand(command: string, args: string[]): Promise<void> {
  await run(command, args).catch(() => {
    throw new Error(
      "Temporal's time-skipping test server could not be downloaded, and it can't be made of its jars because " +
        `\`${command}\` does not run here. ` +
        'Install a Java runtime (17 or newer) and Maven, or let temporal.download be reached.',
    )
  })
}
