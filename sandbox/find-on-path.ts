import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first executable file of that name in the folders of `path` (the variable PATH), or null. */
export function findOnPath(program: string, path: string): string | null {
  const candidates = path.split(delimiter).filter(Boolean).map((directory) => join(directory, program))
  return candidates.find((candidate) => isExecutable(candidate)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
