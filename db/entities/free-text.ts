import { TextType } from '@mikro-orm/core'

/** The text without U+0000, which PostgreSQL refuses, and with U+FFFD for halves of characters, which JSON can't carry. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** What people say and models write. */
export class FreeText extends TextType {
  override convertToDatabaseValue(text: string | null): string | null {
    return text === null ? null : storable(text)
  }
}
