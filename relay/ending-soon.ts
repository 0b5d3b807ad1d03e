const warnings: Record<string, string> = {
  en: 'Just so you know, this call has to end in about two minutes.',
  es: 'Le aviso de que esta llamada tiene que terminar en unos dos minutos.',
  fr: 'Je vous préviens que cet appel doit se terminer dans deux minutes environ.',
  de: 'Nur zur Information: Dieser Anruf muss in etwa zwei Minuten enden.',
}

/** What is said relayBounds.endingSoonMs before a call's longest possible end; English where the language has none. */
export const endingSoonIn = (language: string): string => warnings[language.slice(0, 2).toLowerCase()] ?? warnings.en!
