import { comparable } from './heard-text.ts'

const matches = (patterns: readonly RegExp[]) => (heard: string) => {
  const words = comparable(heard)
  return patterns.some((pattern) => pattern.test(words))
}

const person =
  '(?:(?:a |an |the |your |some )?(?:real |live |actual |human )*(?:human(?: being)?|persons?|agents?|representatives?|rep|operator|receptionist|manager|supervisor|owner|boss|staff|team member|somebody|someone|anyone|anybody|people)|(?:a )?real one)'

/** True when the caller asks for a human being. */
export const isHumanRequest = matches([
  new RegExp(`\\b(?:speak|talk|chat)(?:ing)? (?:to|with) ${person}\\b`),
  new RegExp(`\\b(?:connect|transfer|put|patch|pass|switch)(?: me)?(?: on)?(?: through| over)?(?: to| with)? ${person}\\b`),
  /\b(?:transfer me|put me through|connect me|forward (?:me|my call))\b/,
  new RegExp(`\\b(?:get|give|want|need|prefer|like) (?:me )?(?:to have )?(?:an? |the )?(?:real |live |actual )*(?:human(?: being)?|(?:real|live|actual) person|representative|operator|live agent)\\b`),
  /^(?:a |an |the )?(?:please )?(?:human|agent|representative|operator|real person|person)(?: please)?$/,
  /\bhablar con (?:una? )?(?:persona|humano|alguien|agente|representante|encargad[oa]|operadora?|duen[oa])\b|\b(?:paseme|comuniqueme|transfierame|me pasa|me comunica) (?:con|a)\b/,
  /\bparler (?:a|avec) (?:une? )?(?:vraie )?(?:personne|humain|quelquun|conseiller|conseillere|responsable|patronn?e?)\b|\bpassez moi (?:une? |le |la |quelquun)/,
  /\bmit (?:einem |einer )?(?:echten |richtigen )?(?:menschen|person|mitarbeiter(?:in)?|jemandem|chef(?:in)?) (?:sprechen|reden|verbinden|verbunden)\b|\bverbinden sie mich\b/,
])

/** True when the caller wants the recording to stop. */
export const isRecordingObjection = matches([
  /(?<!\b(?:dont|do not|never) )\b(?:stop|end|turn off|switch off|cancel|pause|quit) (?:the |this |your |my )?(?:recording|tape)\b/,
  /(?<!\b(?:dont|do not|never) )\b(?:stop|quit) (?:recording|taping)\b/,
  /\b(?:dont|do not|please dont|not) (?:want to be |wanna be |wish to be |consent to being |agree to be |like being |want to get )?record(?:ed|ing)?(?: me| this| us| the call| my call| my voice|$)/,
  /\b(?:dont|do not) (?:want|consent|agree|like) (?:\w+ ){0,4}record(?:ed|ing)\b/,
  /\bturn (?:the |that |this )?recording off\b/,
  /\b(?:no (?:me )?grabe(?:n)?|deje(?:n)? de grabar|par[ea]n? (?:de grabar|la grabacion)|no quiero que (?:me |se )?(?:grabe|graben)\w*)\b/,
  /\b(?:arretez (?:de menregistrer|denregistrer|lenregistrement)|ne menregistrez pas|(?:ne )?veux pas etre enregistree?)\b/,
  /\b(?:(?:nicht|keine) (?:aufnehmen|aufzeichnen|aufgenommen|aufgezeichnet|aufnahme|aufzeichnung)|(?:stoppen|beenden) sie die (?:aufnahme|aufzeichnung))\b/,
])

/** True when the caller wants no further calls or texts from the business. */
export const isContactObjection = matches([
  /(?<!\b(?:dont|do not|never|not) )\bstop (?:calling|texting|contacting|phoning|messaging|harassing|spamming) (?:me|us|this number|my (?:phone|number|house|home))\b/,
  /\b(?:dont|do not|never|please dont) (?:ever )?(?:call|text|contact|phone|message|ring) (?:me|us|this number)(?: ever)? (?:again|any ?more)\b/,
  /\b(?:remove|delete|take|get|scratch) (?:my (?:phone |cell )?number|me|us|my name|this number|that number) (?:from|off)(?: of)? (?:your|the|this|that|any)(?: \w+){0,2} (?:lists?|database|records|system|call ?list|books)\b/,
  /\b(?:remove|delete) my (?:phone |cell )?number(?: (?:please|now|from (?:this|here|your (?:list|system|database)))|$)/,
  /\b(?:do not call|dont call|no call) list\b|\bunsubscribe(?: me)?\b|\bopt(?:ing)? (?:me )?out\b/,
  /\b(?:deje(?:n)? de (?:llamarme|escribirme)|no (?:me )?(?:vuelva(?:n)? a llamar(?:me)?|llame(?:n)? mas)|(?:borre(?:n)?|quite(?:n)?|elimine(?:n)?) mi numero)\b/,
  /\b(?:arretez de (?:mappeler|mecrire)|ne mappelez plus|(?:supprimez|effacez|retirez) mon numero)\b/,
  /\b(?:rufen sie mich nicht (?:mehr|wieder) an|nicht mehr an(?:rufen|gerufen werden)|(?:loschen|entfernen|streichen) sie meine (?:telefon)?nummer)\b/,
])

const yes = new Set(
  `yes yeah yep yup ya correct right exactly sure ok okay perfect great good fine absolutely definitely confirmed confirm affirmative
  si claro correcto exacto perfecto vale bueno oui ouais exact parfait daccord voila absolument ja jawohl genau richtig stimmt korrekt gut gerne gern passt`.split(/\s+/),
)
const besideYes = new Set(
  `that thats is it its this looks sounds all please thank thanks you so much very uh um umm oh well do the i im go ahead send bye goodbye
  es esta esto eso asi por favor gracias muchas todo cest cela ca est bien tres merci tout sil vous plait das ist alles so bitte danke sehr schon`.split(/\s+/),
)
const spokenOf = (heard: string) => comparable(heard).split(' ').filter(Boolean)

/** True for a plain yes to the question just asked, and nothing else: "yes that's right, thank you". */
export function isYes(heard: string): boolean {
  const spoken = spokenOf(heard)
  return spoken.some((word) => yes.has(word)) && spoken.every((word) => yes.has(word) || besideYes.has(word))
}

const no = /\b(?:no|nope|nah|not|wrong|incorrect|isnt|dont|wait|change|falso|mal|incorrecto|cambie|cambiar|non|pas|faux|changez|nein|nicht|falsch|kein|andern)\b/

/** True when the words hold a refusal or a correction, whatever else they hold. */
export const isDenial = (heard: string): boolean => no.test(comparable(heard))

/** True for a plain no: the question just asked is answered, and nothing put in its place. */
export function isPlainNo(heard: string): boolean {
  return /^(?:(?:uh|um|oh|well) )?(?:no|nope|nah|non|nein|its not|not (?:quite|really|right)|thats (?:not (?:right|correct)|wrong)|no (?:thats|its|it is|that is) (?:not right|not correct|wrong)|no es(?:ta)? (?:correcto|bien)|(?:cest|c est) (?:pas ca|faux)|das ist (?:falsch|nicht richtig))(?: (?:no|sorry|please|thank you|thanks|gracias|merci|danke))*$/.test(
    comparable(heard),
  )
}

/** True when the caller no longer wants a message to be passed on. */
export const isWithdrawal = matches([
  /\b(?:never ?mind|forget (?:it|about it|the message)|cancel (?:it|that|the message)|(?:dont|do not) (?:send|leave|keep|save|pass|bother)|no message|skip it)\b/,
  /\b(?:olvidelo|no importa|dejelo|cancele|laissez tomber|oubliez|annulez|vergessen sie|lassen sie es|schon gut|egal)\b/,
])

const leave = new Set('bye goodbye adios revoir tschuss wiederhoren'.split(' '))
const besideLeave = new Set(
  `no ok okay thanks thank you all right well great have a good nice day one so much very thats im then now
  hasta luego gracias non merci au bonne journee nein danke auf`.split(/\s+/),
)

/** True when the caller takes leave and says nothing else. */
export function isFarewell(heard: string): boolean {
  const spoken = spokenOf(heard)
  return spoken.some((word) => leave.has(word)) && spoken.every((word) => leave.has(word) || besideLeave.has(word))
}
