import { TextType } from '@mikro-orm/core'

/** What people say and models write. It may hold U+0000, which PostgreSQL refuses in text: that alone is left out. */
export class FreeText extends TextType {
  override convertToDatabaseValue(text: string | null): string | null {
    return text?.replaceAll('\0', '') ?? null
  }
}
