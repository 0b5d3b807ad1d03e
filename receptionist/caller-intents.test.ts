import { isContactObjection, isDenial, isFarewell, isHumanRequest, isPlainNo, isRecordingObjection, isWithdrawal, isYes } from './caller-intents.ts'

const both = (name: string, is: (heard: string) => boolean, yes: string[], no: string[]) =>
  describe(name, () => {
    it.each(yes)('%s: yes', (heard) => expect(is(heard)).toBe(true))
    it.each(no)('%s: no', (heard) => expect(is(heard)).toBe(false))
  })

both(
  'a request for a person',
  isHumanRequest,
  [
    'can I speak to a human',
    'I want to talk to a real person please',
    'let me talk to somebody',
    'transfer me',
    'put me through to the manager',
    'can you connect me with an agent',
    'representative',
    'get me a human being',
    'I need to speak with someone about my bill',
    'quiero hablar con una persona',
    'je voudrais parler à quelqu’un',
    'ich möchte mit einem Menschen sprechen',
  ],
  ['do you have a person who repairs bikes', 'how many people can I bring', 'what does the owner look like', 'is it human made', 'can someone fix my bike'],
)

both(
  'an objection to being recorded',
  isRecordingObjection,
  [
    'stop recording',
    'please stop recording this call',
    'turn off the recording',
    'can you turn the recording off',
    "I don't want to be recorded",
    'I do not consent to being recorded',
    "don't record me",
    'I do not want this call recorded',
    'deje de grabar',
    'arrêtez l’enregistrement',
    'ich möchte nicht aufgenommen werden',
  ],
  ["don't stop recording", 'do you record music', 'is this call being recorded', 'do you sell vinyl records', 'I want to book a recording studio'],
)

both(
  'an objection to being called',
  isContactObjection,
  [
    'stop calling me',
    "don't call me again",
    'take me off your list',
    'remove my number from your database',
    'please remove my number',
    'never text me again',
    'put me on the do not call list',
    'unsubscribe',
    'deje de llamarme',
    'ne m’appelez plus',
    'rufen Sie mich nicht mehr an',
  ],
  ['call me back', "don't stop calling me", 'can you remove my number plate', 'what number should I call', 'please call me again tomorrow', 'can I take the dog off the leash'],
)

both(
  'a plain yes',
  isYes,
  ['yes', 'Yeah, that’s right.', 'correct thank you', 'uh yes please', 'ok', 'sí, es correcto', 'oui c’est ça parfait', 'ja genau', 'sounds good'],
  ['yes but change the number', 'no', 'yes no wait', 'is it right next door', 'thank you', 'okay what time do you close', ''],
)

both('a plain no', isPlainNo, ['no', 'nope', "no that's wrong", "that's not right", 'nein', 'non merci'], ['no it is Tuesday', 'not before nine please', 'yes', 'know'])
both('a denial', isDenial, ['no', 'that is wrong', 'yes but not Tuesday', 'wait', 'nein'], ['yes', 'I know', 'notes are fine', 'right'])
both('a withdrawal', isWithdrawal, ['never mind', 'forget it', 'cancel that', "don't send it", 'olvídelo', 'laissez tomber'], ['my mind is made up', 'I never forget', 'send it'])
both('a farewell', isFarewell, ['bye', 'ok thank you goodbye', 'no thanks bye bye', 'auf Wiederhören', 'au revoir'], ['thank you', 'goodbye is the name of my boat', 'no', 'by the way'])

it.each(['no no ', 'thank you ', 'yes that is ', 'remove my number from your a a ', 'I do not want a a a '])('has an answer to words without end: %s', (words) => {
  const heard = `${words.repeat(300)}x`
  for (const is of [isContactObjection, isDenial, isFarewell, isHumanRequest, isPlainNo, isRecordingObjection, isWithdrawal, isYes]) {
    expect(is(heard)).toEqual(expect.any(Boolean))
  }
})
