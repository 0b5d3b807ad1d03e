import { knowledgeSchema, type Knowledge } from '../../domain/knowledge.ts'
import { nextStep, type Report, type Step } from './next-step.ts'
import { ringableNumber } from '../../domain/transfer-rules.ts'

const report: Report = { dialCallStatus: undefined, sessionStatus: 'ended', hasBegun: true, handoffReason: 'end', restores: 0, isRingable: true }
const takeMessage = { type: 'connect', mode: 'take-message', event: 'transfer-unanswered' } as const

describe('what comes after a session or a ring', () => {
  it.each<[string, Partial<Report>, Step]>([
    ['the receptionist ended the call', {}, { type: 'hang-up' }],
    ['Twilio says nothing that we know', { sessionStatus: 'paused' }, { type: 'hang-up' }],
    ['a human was asked for', { handoffReason: 'transfer' }, { type: 'ring', isApology: false, restores: 0, event: 'transfer-requested' }],
    ['a human was asked for whom we may not ring', { handoffReason: 'transfer', isRingable: false }, { ...takeMessage, restores: 0 }],
    ['the model failed', { handoffReason: 'model-failed' }, { type: 'ring', isApology: true, restores: 0, event: 'transfer-requested' }],
    ['the model failed and we may not ring', { handoffReason: 'model-failed', isRingable: false }, { type: 'apologise' }],
    ['the business answered', { dialCallStatus: 'completed' }, { type: 'hang-up', event: 'transfer-answered' }],
    ['the business answered (older word)', { dialCallStatus: 'answered' }, { type: 'hang-up', event: 'transfer-answered' }],
    ['nobody answered', { dialCallStatus: 'no-answer' }, { ...takeMessage, restores: 0 }],
    ['the line was busy, after a restore', { dialCallStatus: 'busy', restores: 2 }, { ...takeMessage, restores: 2 }],
    ['nobody answered after all restores failed', { dialCallStatus: 'failed', restores: 3 }, { type: 'apologise', event: 'transfer-unanswered' }],
    ['the session broke', { sessionStatus: 'failed' }, { type: 'connect', mode: 'restored', restores: 1 }],
    ['no relay took the call', { sessionStatus: 'failed', hasBegun: false }, { type: 'connect', mode: 'normal', restores: 1 }],
    ['no relay took the call a third time', { sessionStatus: 'failed', hasBegun: false, restores: 2 }, { type: 'ring', isApology: true, restores: 3, event: 'transfer-requested' }],
    ['the session broke again', { sessionStatus: 'failed', restores: 1 }, { type: 'connect', mode: 'restored', restores: 2 }],
    ['the session broke a third time', { sessionStatus: 'failed', restores: 2 }, { type: 'ring', isApology: true, restores: 3, event: 'transfer-requested' }],
    ['the session broke a third time and we may not ring', { sessionStatus: 'failed', restores: 2, isRingable: false }, { type: 'apologise' }],
  ])('%s', (_, changes, step) => {
    expect(nextStep({ ...report, ...changes })).toEqual(step)
  })

  it('comes to an end, however often everything fails', () => {
    let restores = 0
    const steps: string[] = []
    for (let step = nextStep({ ...report, sessionStatus: 'failed' }); steps.length < 20; ) {
      steps.push(step.type)
      if (step.type !== 'connect' && step.type !== 'ring') break
      restores = step.restores
      step = nextStep({ ...report, restores, sessionStatus: 'failed', dialCallStatus: step.type === 'ring' ? 'no-answer' : undefined })
    }
    expect(steps).toEqual(['connect', 'connect', 'ring', 'apologise'])
  })
})

describe('whom a call may be passed on to', () => {
  const knowledge = (transfer: Partial<Knowledge['transfer']>): Knowledge => ({
    ...knowledgeSchema.parse({
      business: { name: 'Rosie' },
      timeZone: 'America/New_York',
      hours: {
        weekly: {
          monday: [], tuesday: [{ opens: '09:00', closes: '17:00' }], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [],
        },
      },
      greeting: 'Hello',
      disclosure: { isSpoken: false },
      recording: { isEnabled: false },
      transfer: { number: null, when: 'never' },
      voice: {},
    }),
    transfer: { number: '+12125550123', when: 'always', ringSeconds: 20, ...transfer },
  })
  const called = '+14155550100'
  const tuesdayAtTen = Date.UTC(2026, 10, 24, 15)
  const tuesdayAtSix = Date.UTC(2026, 10, 24, 23)

  it.each<[string, Partial<Knowledge['transfer']>, number, string | null]>([
    ['always', {}, tuesdayAtSix, '+12125550123'],
    ['in opening hours', { when: 'open-hours' }, tuesdayAtTen, '+12125550123'],
    ['out of opening hours', { when: 'open-hours' }, tuesdayAtSix, null],
    ['never', { when: 'never' }, tuesdayAtTen, null],
    ['nobody', { number: null }, tuesdayAtTen, null],
    ['a premium number', { number: '+19005550123' }, tuesdayAtTen, null],
    ['the called number itself, for ever', { number: called }, tuesdayAtTen, null],
  ])('%s', (_, transfer, atMs, number) => {
    expect(ringableNumber(knowledge(transfer), called, atMs)).toBe(number)
  })
})
