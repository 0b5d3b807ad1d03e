import type { Phrases } from './phrase-set.ts'

export const german: Phrases = {
  filler: 'Einen Moment, bitte.',
  reprompt: 'Sind Sie noch da? Wie kann ich Ihnen helfen?',
  goodbye: 'Danke für Ihren Anruf. Auf Wiederhören.',
  goodbyeSilence: 'Ich kann Sie nicht hören und lege deshalb jetzt auf. Rufen Sie gern wieder an. Auf Wiederhören.',
  goodbyeUnproductive: 'Es tut mir leid, dass ich Ihnen heute nicht helfen konnte. Rufen Sie gern wieder an. Auf Wiederhören.',
  goodbyeTooLong: 'Wir sprechen schon sehr lange, deshalb muss ich das Gespräch jetzt beenden. Rufen Sie gern wieder an. Auf Wiederhören.',
  endingSoon: 'Nur zur Information: Dieser Anruf muss in etwa zwei Minuten enden.',
  openingTakeMessage:
    'Es tut mir leid, gerade kann niemand Ihren Anruf annehmen. Ich kann eine Nachricht weitergeben: Bitte sagen Sie mir Ihren Namen und worum es geht.',
  openingRestored: 'Entschuldigung, wir waren kurz unterbrochen. Ich bin wieder da. Wie kann ich Ihnen helfen?',
  transferring: 'Gern. Einen Moment, ich verbinde Sie.',
  noTransfer:
    'Es tut mir leid, ich kann Sie gerade mit niemandem verbinden. Ich kann eine Nachricht weitergeben: Bitte sagen Sie mir Ihren Namen und worum es geht.',
  unknown: 'Es tut mir leid, das weiß ich nicht. Möchten Sie eine Nachricht hinterlassen, damit sich jemand bei Ihnen meldet?',
  languageChanged: 'Gern, sprechen wir Deutsch. Wie kann ich Ihnen helfen?',
  trouble: 'Es tut mir leid, ich habe gerade ein technisches Problem. Bitte sagen Sie mir Ihren Namen und Ihre Nachricht, ich gebe sie weiter.',
  troubleTransferring: 'Es tut mir leid, ich habe immer noch ein technisches Problem. Einen Moment, ich verbinde Sie mit jemandem.',
  askMessage: 'Bitte sagen Sie mir Ihren Namen und worum es geht.',
  askMessageAgain: 'In Ordnung. Bitte sagen Sie mir Ihre Nachricht noch einmal, dann lese ich sie Ihnen vor.',
  readBackIntro: 'Ich lese Ihnen das vor.',
  readBackUrgentIntro: 'Ich lese Ihnen das vor, als dringende Nachricht.',
  messageFrom: (callerName) => `Von ${callerName}:`,
  callBackAt: (number) => `Die Nummer für den Rückruf ist ${number}.`,
  callBackAtSameNumber: 'Wir rufen die Nummer zurück, von der Sie anrufen.',
  isThatRight: 'Ist das richtig?',
  messageKept: 'Danke, Ihre Nachricht ist für das Team gespeichert. Kann ich sonst noch etwas für Sie tun?',
  messageRetrying: 'Es tut mir leid, Ihre Nachricht konnte nicht gespeichert werden. Ich versuche es noch einmal.',
  messageFailed: 'Es tut mir leid, Ihre Nachricht konnte nicht gespeichert werden. Soll ich es noch einmal versuchen?',
  messageDropped: 'In Ordnung, ich gebe das nicht weiter. Kann ich sonst noch etwas für Sie tun?',
  recordingStopped: 'Die Aufnahme ist beendet. Wie kann ich Ihnen helfen?',
  recordingNotStopped:
    'Es tut mir leid, ich konnte die Aufnahme nicht beenden. Wenn Sie nicht aufgenommen werden möchten, legen Sie bitte jetzt auf.',
  notRecording: 'Dieser Anruf wird nicht aufgenommen. Wie kann ich Ihnen helfen?',
  optedOut: 'Verstanden, wir werden Sie nicht mehr anrufen oder anschreiben. Kann ich sonst noch etwas für Sie tun?',
  notOptedOut: 'Es tut mir leid, ich konnte Sie gerade nicht von unserer Liste nehmen. Bitte sagen Sie es mir gleich noch einmal.',
  emergency: (number) =>
    `Wenn das ein Notfall ist, legen Sie bitte jetzt auf und wählen Sie ${number ?? 'den örtlichen Notruf'}. Ich kann von hier aus keine Hilfe schicken.`,
  emergencyTransferOffer: 'Wenn Sie in Sicherheit sind, kann ich Sie hier mit jemandem verbinden. Soll ich?',
}
