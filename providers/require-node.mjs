/** Loaded before a process's TypeScript, which an older Node can't even read, so that it says what is wrong. */
const oldestMajor = 24

if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
  console.error(`IronVoice needs Node ${oldestMajor} or newer in production; this is Node ${process.versions.node} (https://nodejs.org)`)
  process.exit(1)
}
