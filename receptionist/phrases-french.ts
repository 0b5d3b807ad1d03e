import type { Phrases } from './phrase-set.ts'

export const french: Phrases = {
  filler: 'Un instant, je vous prie.',
  reprompt: 'Êtes-vous toujours là ? Comment puis-je vous aider ?',
  goodbye: 'Merci de votre appel. Au revoir.',
  goodbyeSilence: "Je ne vous entends pas, je vais donc raccrocher. N'hésitez pas à rappeler. Au revoir.",
  goodbyeUnproductive: "Je regrette de n'avoir pas pu vous aider aujourd'hui. N'hésitez pas à rappeler. Au revoir.",
  goodbyeTooLong: "Nous parlons depuis longtemps, je dois donc terminer cet appel. N'hésitez pas à rappeler. Au revoir.",
  endingSoon: 'Je vous préviens que cet appel doit se terminer dans deux minutes environ.',
  openingTakeMessage:
    "Je suis désolée, personne ne peut vous répondre pour le moment. Je peux transmettre un message : dites-moi votre nom et de quoi il s'agit.",
  openingRestored: 'Excusez-moi, nous avons été coupés un instant. Me revoilà. Comment puis-je vous aider ?',
  transferring: 'Bien sûr. Un instant, je vous mets en relation.',
  noTransfer:
    "Je suis désolée, je ne peux vous passer personne pour le moment. Je peux transmettre un message : dites-moi votre nom et de quoi il s'agit.",
  unknown: "Je suis désolée, je ne le sais pas. Voulez-vous laisser un message pour qu'on vous réponde ?",
  languageChanged: 'Bien sûr, parlons français. Comment puis-je vous aider ?',
  trouble: "Je suis désolée, j'ai un problème technique. Dites-moi votre nom et votre message, et je le transmettrai.",
  troubleTransferring: "Je suis désolée, j'ai toujours un problème technique. Un instant, je vous passe quelqu'un.",
  askMessage: "Dites-moi votre nom et de quoi il s'agit.",
  askMessageAgain: "D'accord. Redites-moi votre message, et je vous le relirai.",
  readBackIntro: 'Je vous relis le message.',
  readBackUrgentIntro: 'Je vous relis le message, noté comme urgent.',
  messageFrom: (callerName) => `De la part de ${callerName} :`,
  callBackAt: (number) => `Le numéro à rappeler est le ${number}.`,
  callBackAtSameNumber: "On vous rappellera au numéro d'où vous appelez.",
  isThatRight: "C'est bien cela ?",
  messageKept: "Merci, votre message est enregistré pour l'équipe. Puis-je faire autre chose pour vous ?",
  messageRetrying: "Je suis désolée, l'enregistrement de votre message a échoué. J'essaie encore une fois.",
  messageFailed: "Je suis désolée, votre message n'a pas pu être enregistré. Dois-je réessayer ?",
  messageDropped: "D'accord, je ne le transmettrai pas. Puis-je faire autre chose pour vous ?",
  recordingStopped: "L'enregistrement de l'appel est arrêté. Comment puis-je vous aider ?",
  recordingNotStopped:
    "Je suis désolée, je n'ai pas pu arrêter l'enregistrement. Si vous ne voulez pas être enregistré, raccrochez maintenant.",
  notRecording: "Cet appel n'est pas enregistré. Comment puis-je vous aider ?",
  optedOut: "C'est noté, nous ne vous appellerons plus et ne vous écrirons plus. Puis-je faire autre chose pour vous ?",
  notOptedOut: "Je suis désolée, je n'ai pas pu vous retirer de notre liste. Redites-le-moi dans un instant.",
  emergency: (number) =>
    `S'il s'agit d'une urgence, raccrochez maintenant et composez le ${number ?? "numéro d'urgence local"}. Je ne peux pas envoyer de secours d'ici.`,
  emergencyTransferOffer: 'Si vous êtes en sécurité, je peux vous passer quelqu’un ici. Dois-je le faire ?',
}
