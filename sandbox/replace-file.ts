import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Replaces a file as a whole, readable by its owner only: whoever reads it sees the old or the new one, a crash included. */
export function replaceFile(path: string, text: string): void {
  const half = `${path}.${process.pid}`
  const file = openSync(half, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(half, path)
}
