/** What Twilio says by itself, without a receptionist on the line. */
interface Lines {
  /** For a tenant that wants the disclosure spoken and gave no words of its own. */
  disclosure: string
  notInService: string
  troubleRinging: string
  troubleGoodbye: string
}

/** BCP 47 `language` is what the lines are in. */
export type SpokenLines = Lines & { language: string }

const english: Lines = {
  disclosure: 'You are talking to an automated assistant. This call may be recorded.',
  notInService: 'We are sorry, this number is not in service. Goodbye.',
  troubleRinging: 'We are sorry, something went wrong on our side. Please hold while we put you through.',
  troubleGoodbye: 'We are sorry, something went wrong on our side. Please call again a little later. Goodbye.',
}

const tables: Record<string, Lines> = {
  en: english,
  es: {
    disclosure: 'Está hablando con un asistente automático. Esta llamada puede ser grabada.',
    notInService: 'Lo sentimos, este número no está en servicio. Adiós.',
    troubleRinging: 'Lo sentimos, algo ha fallado por nuestra parte. Espere, por favor, mientras le pasamos la llamada.',
    troubleGoodbye: 'Lo sentimos, algo ha fallado por nuestra parte. Por favor, llame de nuevo un poco más tarde. Adiós.',
  },
  fr: {
    disclosure: 'Vous parlez à un assistant automatique. Cet appel peut être enregistré.',
    notInService: "Nous sommes désolés, ce numéro n'est pas en service. Au revoir.",
    troubleRinging: 'Nous sommes désolés, un problème est survenu de notre côté. Veuillez patienter, nous transférons votre appel.',
    troubleGoodbye: 'Nous sommes désolés, un problème est survenu de notre côté. Merci de rappeler un peu plus tard. Au revoir.',
  },
  de: {
    disclosure: 'Sie sprechen mit einem automatischen Assistenten. Dieser Anruf kann aufgezeichnet werden.',
    notInService: 'Diese Nummer ist leider nicht vergeben. Auf Wiederhören.',
    troubleRinging: 'Es tut uns leid, bei uns ist etwas schiefgegangen. Bitte bleiben Sie dran, wir verbinden Sie.',
    troubleGoodbye: 'Es tut uns leid, bei uns ist etwas schiefgegangen. Bitte rufen Sie etwas später noch einmal an. Auf Wiederhören.',
  },
}

/** The lines in a BCP 47 language, or in English, and the language that they are in then. */
export function linesFor(language: string): SpokenLines {
  const lines = tables[language.slice(0, 2)]
  return lines ? { language, ...lines } : { language: 'en-US', ...english }
}
