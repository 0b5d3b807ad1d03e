import { fold } from './terms.ts'
import type { Tool } from './tool-roles.ts'

/** One of the tool's languages that the caller asks to go on in, by its name in English or its own; undefined for none. */
export function languageAskedFor(heard: string, { parameters }: Tool): string | undefined {
  const offered = Object.values(parameters.properties ?? {}).flatMap((schema) => schema.enum ?? []) as string[]
  const words = fold(heard)
  if (!/\b(?:speak|talk|in|switch|continue|habla\w*|en|parle\w*|sprech\w*|auf)\b/.test(words) || /\banyone|somebody|someone\b/.test(words)) return undefined
  return offered.find((tag) => {
    const code = tag.split('-')[0]!
    return ['en', code].some((inLanguage) => words.includes(fold(new Intl.DisplayNames([inLanguage], { type: 'language' }).of(code) ?? tag)))
  })
}
