import { callBounds } from '../domain/call-bounds.ts'

/** Text that can't close or open a delimiter of the prompt, nor hide in control characters. */
export function neutralised(text: string): string {
  return text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
}

/** A caller's words as the model is sent them: delimited data. */
export function callerData(text: string): string {
  return `<caller_words>\n${neutralised(text.slice(0, callBounds.maxPromptChars))}\n</caller_words>`
}
