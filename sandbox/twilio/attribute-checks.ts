export type Check = (value: string) => boolean

export const anyText: Check = () => true
export const someText: Check = (value) => value.trim() !== ''
export const boolean: Check = (value) => value === 'true' || value === 'false'
export const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    allowed.includes(value)
/** Blank-separated, at least one, each of the allowed. */
export const someOf =
  (...allowed: string[]): Check =>
  (value) => {
    const words = value.split(/\s+/).filter(Boolean)
    return words.length > 0 && words.every((word) => allowed.includes(word))
  }
export const integer =
  (min: number, max: number): Check =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max
export const decimal =
  (min: number, max: number): Check =>
  (value) =>
    /^\d+(\.\d+)?$/.test(value) && Number(value) >= min && Number(value) <= max
export const method = oneOf('GET', 'POST')
export const language: Check = (value) => /^[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,3})?$/.test(value)
export const webUrl: Check = (value) => URL.canParse(value, 'https://relative') && !/^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(value)
export const anyOf =
  (...checks: Check[]): Check =>
  (value) =>
    checks.some((check) => check(value))
