import { Type } from '@mikro-orm/core'

/** A moment: `timestamptz(3)` in the database, milliseconds since the epoch in the program. */
export class EpochMs extends Type<number, string> {
  override convertToDatabaseValue(ms: number): string {
    return new Date(ms).toISOString()
  }

  /** Takes its own result too: the library converts a column whose property has another name twice. */
  override convertToJSValue(moment: string | number): number {
    return typeof moment === 'number' ? moment : Date.parse(moment)
  }

  override getColumnType(): string {
    return 'timestamptz(3)'
  }
}
