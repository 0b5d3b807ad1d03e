import { comparable } from './heard-text.ts'

/**
 * What callers say in an emergency, as a recogniser writes it (lower case, no punctuation, apostrophes dropped).
 * Present danger counts; talk about dangers (an extinguisher, a course, last year's break-in) is in `harmless`.
 * A false alarm costs a sentence, a missed one may cost a life: in doubt a phrase belongs here.
 */
const dangers: readonly RegExp[] = [
  // English
  /\b(?:cant|cannot|can not|can barely|can hardly|couldnt|not able to) breathe?\b/,
  /\b(?:not|isnt|stopped|trouble|difficulty|hardly|barely) breathing\b/,
  /\b(?:having|had|has|having a|think its) (?:a |an )?(?:heart attack|stroke|seizure)\b/,
  /\bchest pains?\b/,
  /\bchoking\b/,
  /\b(?:overdos(?:e|ed|ing)|od ?ed)\b/,
  /\b(?:unconscious|unresponsive|passed out|not waking up|wont wake up|collapsed)\b/,
  /\b(?:bleeding (?:out|badly|heavily|a lot|to death)|(?:wont|cant) stop (?:the )?bleeding|losing (?:a lot of|so much) blood)\b/,
  /\b(?:kill|hurt|harm|shoot|cut) myself\b/,
  /\b(?:suicid(?:e|al)|end (?:my|it) (?:life|all)|take my (?:own )?life|(?:want|going) to die|dont want to live)\b/,
  /\b(?:on fire|caught fire|(?:theres|there is|its|this is|we have|i see|have got|weve got) (?:a |like a )?fire|fire (?:in|at|inside) (?:the|my|our)|(?:house|kitchen|building|room|car|roof|shop|office|place) is burning)\b/,
  /^(?:(?:help|please|oh my god|quick|hurry|fire) )*fire(?: (?:help|please|fire|quick|hurry))*$/,
  /\b(?:smell(?:s|ing)? (?:of |like )?gas|gas (?:leak|is leaking)|carbon monoxide)\b/,
  /\b(?:breaking in|break ?in (?:in progress|happening|going on|right now)|(?:theres|there is|having|its) a break ?in|(?:breaking|broke|broken|break) into? (?:my|the|our|to my|to the)|trying to (?:break|get) in(?:to)?|(?:somebody|someone|they|he|she|men|man|people) (?:has |have |just )*(?:broke|broken) in|intruder|burglar|being robbed|robbing|robbery|home invasion)\b/,
  /\b(?:someones|somebodys|someone is|somebody is|a man is|a stranger is) in my (?:house|home|apartment)\b/,
  /\b(?:has|have|got|with) a (?:gun|knife|weapon)\b|\b(?:active )?shoot(?:er|ing) (?:at|in) \b|\b(?:been|got|was|is|were) (?:shot|stabbed)\b/,
  /\b(?:attacking|assaulting|beating|strangling|raping|going to kill|trying to kill) (?:me|us|him|her|my|someone)\b|\bbeing (?:attacked|assaulted|beaten|held|kidnapped)\b/,
  /\b(?:drowning|anaphyla\w*|electrocuted|throat is (?:closing|swelling))\b|\ballergic reaction\b.*\b(?:severe|bad|breath\w*|swelling)\b/,
  /\bcall (?:911|nine one one|an ambulance|the ambulance|the police|the fire department)\b|\b(?:need|send|get) (?:me |us )?(?:an ambulance|the police|the fire department|police)\b/,
  /\b(?:this is|its|i have|we have|theres|its like) an? (?:real |medical |life threatening )?emergency\b/,
  // Spanish
  /\bno (?:puedo|puede|podemos) respirar\b|\bno respira\b/,
  /\b(?:infarto|ataque al corazon|sobredosis|inconsciente|se desmayo|se esta ahogando|me estoy ahogando|derrame cerebral)\b/,
  /\b(?:suicid\w+|quiero morir|matarme|quitarme la vida)\b/,
  /\b(?:hay|tenemos) (?:un )?(?:fuego|incendio|escape de gas)\b|\b(?:se esta|esta) (?:quemando|incendiando)\b|\bhuele a gas\b|^(?:socorro |auxilio )*(?:fuego|incendio)$/,
  /\b(?:estan|esta) (?:entrando a robar|robando|intentando entrar)\b|\bhay (?:un )?(?:ladron|intruso)(?:es|s)?\b|\btiene (?:una pistola|un cuchillo|un arma)\b/,
  /\b(?:llame[n]?|necesito|manden) (?:a )?(?:una ambulancia|la policia|los bomberos)\b|\b(?:es|tengo|tenemos) una (?:emergencia|urgencia medica)\b/,
  // French
  /\b(?:peux|peut|arrive|arrivons) (?:pas|plus) (?:a )?respirer\b|\b(?:ne )?respire (?:pas|plus)\b/,
  /\b(?:crise cardiaque|infarctus|overdose|inconsciente?|sans connaissance|setouffe|metouffe|fait un avc)\b/,
  /\b(?:suicid\w+|me tuer|envie de mourir|veux mourir|mettre fin a mes jours)\b/,
  /\b(?:il y a (?:le feu|un incendie|une fuite de gaz)|en feu|ca brule|sent le gaz)\b|^(?:au secours )*au feu$/,
  /\b(?:cambriol(?:e|es|ent|eur|eurs) (?:en ce moment|chez moi|la|maintenant)|quelquun (?:est entre|essaie dentrer) chez moi|a (?:un couteau|une arme|un pistolet))\b/,
  /\b(?:appelez|besoin) (?:d)?(?:une ambulance|la police|les pompiers|le samu|dune ambulance)\b|\bcest une urgence (?:medicale|vitale)\b/,
  // German
  /\b(?:kann|bekomme|kriege|bekommt|kriegt) (?:nicht|kaum|keine|kaum noch|nicht mehr)(?: mehr)? (?:atmen|luft)\b|\batmet (?:nicht|kaum)\b/,
  /\b(?:herzinfarkt|schlaganfall|uberdosis|bewusstlos|ohnmachtig|erstickt?|verblutet?)\b/,
  /\b(?:suizid\w*|selbstmord\w*|mich umbringen|will sterben|das leben nehmen)\b/,
  /\bes brennt\b|\b(?:haus|wohnung|kuche|dach|auto) brennt\b|\bin flammen\b|\briecht nach gas\b|\bgasleck\b|^(?:hilfe )*feuer$/,
  /\b(?:einbrecher|bricht (?:gerade )?(?:jemand )?ein|jemand (?:ist )?(?:gerade )?(?:in meiner? (?:wohnung|haus)|eingebrochen)|hat (?:ein messer|eine waffe|eine pistole))\b/,
  /\b(?:rufen sie|brauche|brauchen|schicken sie) (?:bitte )?(?:einen (?:krankenwagen|notarzt|rettungswagen)|die (?:polizei|feuerwehr))\b|\b(?:das|es|hier) ist ein notfall\b/,
]

/** Words that hold a danger's name and are none; they are taken out before the dangers are looked for. */
const harmless: readonly RegExp[] = [
  /\b(?:not|isnt|isn t|no|wasnt|never|non|without) (?:really |actually |exactly )?(?:an? |any )?(?:\w+ )?emergency\b/g,
  /\b(?:no es|no tengo|no hay) (?:una |ninguna )?(?:emergencia|urgencia)\b|\b(?:pas|aucune) (?:une |d)?urgence\b|\b(?:kein|keinen) notfall\b/g,
  /\bnobody (?:is )?(?:hurt|injured|dying)\b|\b(?:there is|theres|its) no (?:fire|gas leak|intruder|break ?in)\b|\b(?:not|isnt|nothing is|wasnt) (?:on fire|burning|choking|a fire|suicidal|unconscious)\b/g,
  /\bfire ?(?:extinguishers?|places?|pits?|works?|wood|flies|fighters?|alarms?|drills?|safety|doors?|escapes?|exits?|sprinklers?|insurance|damage|inspections?|permits?|sale|stick|hydrants?|hose|rating|code|marshal|resistan\w+|proof\w*|dance\w*|restoration|sticks?|hall|walls?|tables?|bowls?|roasted|grilled)\b/g,
  /\b(?:on fire|chest pains?|choking|overdose|heart attack|stroke|suicide|seizure|first aid|break ?in|robbery|burglar|intruder|carbon monoxide) (?:sale|hazards?|prevention|awareness|training|course|classes|class|insurance|cover\w*|detectors?|alarms?|systems?|protection|kits?|rehab\w*|recovery|screening|hotline|salad)\b/g,
  /\b(?:in case of|in the event of|what if|if there (?:is|was|were|s)|if theres|case of) (?:an? )?(?:\w+ ){0,4}(?:fire|emergency|robbery|overdose|break ?in)\b/g,
  /\b(?:after|since|from|because of|had) (?:the|a|our|my|last \w+) (?:\w+ )?(?:fire|break ?in|robbery|burglary|heart attack|stroke|seizure|overdose) (?:last|two|three|four|five|six|\d+|a (?:few|couple)|(?:\w+ )?(?:weeks?|months?|years?|days?) ago|years|months|in (?:january|february|march|april|may|june|july|august|september|october|november|december|\d+))\b/g,
  /\b(?:broke|broken|break|breaking|got) in(?:to)? (?:\w+ ){0,4}(?:last (?:night|week|month|year|weekend|summer|winter)|yesterday|(?:days?|weeks?|months?|years?) ago)\b/g,
  /\b(?:break|breaking|broken) in (?:my |the |our |these |those )?(?:new )?(?:shoes|boots|saddle|engine|glove|period)\b/g,
  /\b(?:fired|firing|stroke of|breast ?stroke|back ?stroke|brush ?strokes?|kill myself laughing|dying to)\b/g,
  /\b(?:your|the|that|those|these) (?:\w+ )?(?:deals?|sales?|prices?|menu|wings?|salsa|team|style) (?:is|are|was|were) on fire\b/g,
  /\b(?:gas leak|carbon monoxide) (?:detect\w*|test\w*|inspect\w*|check\w*)\b|\b(?:do|can) you (?:guys )?(?:fix|repair|find|detect|treat|handle|help with|test for|check for) (?:a |an )?(?:gas leaks?|carbon monoxide|overdoses?|chest pains?|seizures?|strokes?|heart attacks?)\b/g,
  /\b(?:notfall|emergencia|urgence)s? ?(?:kontakt\w*|contacto|nummer)\b|\bemergency (?:contact|exit|number|appointment|services?|plumb\w*|repairs?|call ?out|fee|fund|kit|locksmith|dentist|vet|room|slot|line|hours)s?\b/g,
  /\b(?:extintor\w*|feuerloscher\w*|extincteur\w*|feuerwerk\w*|feuerzeug\w*|feuerabend|feierabend)\b/g,
]

/** True when the words tell of an emergency that goes on now. Takes a fixed path: no model is asked. */
export function isEmergency(heard: string): boolean {
  const words = harmless.reduce((left, pattern) => left.replace(pattern, ' … '), comparable(heard))
  return dangers.some((pattern) => pattern.test(words))
}
