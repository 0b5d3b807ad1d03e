import { fold } from './terms.ts'

const test = (pattern: RegExp) => (words: string) => pattern.test(fold(words))

export const wantsHuman = test(
  /\b(?:speak|talk|chat)(?:ing)? (?:to|with) (?:a |an |the |some)?\s*(?:real |live |actual )?(?:human|person|people|someone|somebody|one|agent|representative|manager|operator|staff|receptionist|owner)|\b(?:transfer me|put me through|connect me|real person|human being|representative|operator)\b/,
)
export const wantsMessage = test(
  /\b(?:leave|take|pass (?:on|along)|give (?:them|him|her|you)) (?:a |an |my |this |the )?(?:short |quick |urgent )?message\b|\b(?:call|ring|phone) me back\b|\bhave (?:some(?:one|body)|him|her|them) call\b|\btell (?:them|him|her|the (?:team|office|owner|doctor|dentist)) that\b/,
)
export const wantsBooking = test(/\b(?:book|schedule|make|set up|reschedule|move|change|cancel|need|get|want)\b.{0,30}\b(?:appointment|visit|reservation|booking|slot)\b/)
export const saysGoodbye = test(/\b(?:good ?bye|bye(?: bye)?|hang up|thats all|that is all|thatll be all|nothing else|have a (?:good|nice|great) (?:day|one|evening|weekend))\b/)
export const saysYes = test(/^(?:(?:oh|uh|um|well|ah) )?(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|exactly|please do|of course|that(?: i)?s (?:right|correct|fine|good)|go ahead|perfect|sounds good)\b/)
export const saysNo = test(/^(?:(?:oh|uh|um|well|ah) )?(?:no|nope|nah|not (?:really|right|correct|quite)|never ?mind|thats wrong|dont)\b/)
export const corrects = test(/\b(?:no|wrong|actually|instead|rather|not right|incorrect|change|correction|i meant)\b/)
export const saysThanks = test(/^(?:ok(?:ay)? |great |perfect |all right )*(?:thanks|thank you)(?: (?:so|very) much| a lot)?[.! ]*$/)
export const greets = test(/^(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?[.!, ]*$/)
export const isUrgent = test(/\b(?:urgent|urgently|asap|as soon as possible|right away|immediately|emergency|cant wait|very important)\b/)
export const isAdvertising = test(
  /\b(?:you (?:have|ve) (?:won|been selected)|extended warranty|free (?:cruise|vacation|gift card)|lower your (?:interest|electric)|google (?:listing|business profile)|seo services|press (?:one|1) to|merchant services|business loan|we help businesses like yours)\b/,
)

/** What the receptionist offered or asked last. */
export const offeredMessage = test(/\b(?:take|leave|pass on) (?:a |your )?message\b.*\?|\bmessage\?/)
export const askedMessage = test(/\btell me (?:your (?:name|message)|what its about)\b|\bwhat (?:would you like|should) (?:me to|i) pass on\b/)
export const askedName = test(/\b(?:your name|who (?:is|may i say is) calling|who am i speaking)\b/)
export const askedAnythingElse = test(/\b(?:anything|something) else\b/)
export const saidMessageKept = test(/\bmessage (?:has been|is|was) (?:saved|kept|taken|passed)|\b(?:saved|passed on|taken) your message\b/)
export const saidUnknown = test(/\b(?:dont (?:know|have (?:that|any) information)|do not know|im not sure|not able to answer)\b/)
