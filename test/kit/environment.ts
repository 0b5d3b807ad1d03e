/** What test/run.ts hands to the tests. */
export function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run tests by npm test, which starts the servers that they need`)
  return value
}
