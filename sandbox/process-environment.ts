import { environment as known } from '../domain/environment.ts'

/** What a process needs of the machine, beside the variables of its own. */
const ofTheMachine = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'NODE_EXTRA_CA_CERTS']

/** The environment of api, relay and worker: what was set already and they know, then `variables`; nothing else of ours. */
export function processEnvironment(given: NodeJS.ProcessEnv, variables: Record<string, string>): Record<string, string> {
  const passedOn = [...ofTheMachine, ...Object.keys(known)].flatMap((name) => (given[name] ? [[name, given[name]]] : []))
  return { ...Object.fromEntries(passedOn), ...variables }
}
