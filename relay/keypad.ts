import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

/** Collects keypad presses until `#`, a pause or a bound; `onDigits` gets them as pressed, such as `123`. */
export function createKeypad(clock: Clock, onDigits: (digits: string) => void) {
  let digits = ''
  let cancel = () => {}

  const finish = () => {
    cancel()
    const pressed = digits
    digits = ''
    if (pressed) onDigits(pressed)
  }
  return {
    press(digit: string) {
      cancel()
      if (digit === '#') return finish()
      digits += digit
      if (digits.length >= relayBounds.maxKeypadDigits) return finish()
      cancel = clock.after(relayBounds.keypadGapMs, finish)
    },
    isCollecting: () => digits !== '',
    cancel: () => cancel(),
  }
}
