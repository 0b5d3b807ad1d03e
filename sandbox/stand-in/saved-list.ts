import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The newest `limit` values by key, in a file that survives restarts when one is named. The file is replaced whole,
 * so that a killed stand-in leaves the old list or the new one; a file that does not parse counts as none, and what can't
 * be written (the disk is full) lives on in memory.
 */
export function openSavedList<Value>(limit: number, file?: string) {
  const values = new Map<string, Value>(file ? read<Value>(file) : [])
  const save = () => {
    if (!file) return
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(`${file}.new`, JSON.stringify([...values]), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    } catch {
      rmSync(`${file}.new`, { force: true })
    }
  }
  return {
    get: (key: string) => values.get(key),
    /** Oldest first. */
    list: () => [...values.values()],
    put(key: string, value: Value) {
      values.set(key, value)
      if (values.size > limit) values.delete(values.keys().next().value!)
      save()
    },
    remove(key: string) {
      const isThere = values.delete(key)
      if (isThere) save()
      return isThere
    },
    save,
  }
}

function read<Value>(file: string): [string, Value][] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as [string, Value][]
  } catch {
    return []
  }
}
