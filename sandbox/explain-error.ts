/** What a person at the terminal can do about it; the error's own words otherwise. */
export function explainError(error: Error & { code?: string; path?: string }): string {
  const words = error.message
  if (error.code === 'ENOSPC' || /no space left on device|database or disk is full|disk quota exceeded/i.test(words)) {
    return `The disk is full. Make room and start again; nothing that was stored is lost.\n${words}`
  }
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    return `${error.path ?? 'A file'} may not be written by this user. Mend who owns it, or set IRONVOICE_HOME to another folder.\n${words}`
  }
  return words
}
