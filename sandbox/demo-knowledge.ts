import { DateTime } from 'luxon'
import type { KnowledgeInput } from '../domain/knowledge.ts'

const timeZone = 'America/Los_Angeles'
const weekday = [{ opens: '08:00', closes: '17:30' }]

/** The knowledge base of a business that doesn't exist, in a town that doesn't either; its holidays are those of `nowMs` and the year after. */
export function demoKnowledge(nowMs: number): KnowledgeInput {
  const { year } = DateTime.fromMillis(nowMs, { zone: timeZone })
  return {
    business: {
      name: 'Alder Cove Dental',
      description:
        'A family dental practice with three dentists and two hygienists. General, cosmetic and emergency dentistry for adults and children since 2009.',
      phone: '+15035550142',
      email: 'hello@aldercove-dental.example',
      website: 'https://aldercove-dental.example',
    },
    timeZone,
    locations: [
      {
        name: 'Main practice',
        address: '218 Ferry Street, Port Alder, Oregon 97199',
        directions: 'Corner of Ferry and Third, across from the public library. The entrance is on Third Street, with a ramp and an elevator to the second floor.',
      },
    ],
    hours: {
      weekly: {
        monday: weekday,
        tuesday: weekday,
        wednesday: weekday,
        thursday: [{ opens: '08:00', closes: '19:00' }],
        friday: [{ opens: '08:00', closes: '15:00' }],
        saturday: [{ opens: '09:00', closes: '13:00' }],
        sunday: [],
      },
      exceptions: [year, year + 1].flatMap(holidays),
    },
    services: [
      { name: 'New patient exam', description: 'Full examination, digital X-rays and a treatment plan.', priceCents: 12_500, durationMinutes: 60 },
      { name: 'Teeth cleaning', description: 'Regular cleaning and polishing by a hygienist.', priceCents: 9_800, durationMinutes: 45 },
      { name: 'Deep cleaning', description: 'Scaling and root planing below the gum line, priced for one quadrant of the mouth.', priceCents: 24_500, priceNote: 'per quadrant', durationMinutes: 60 },
      { name: 'Children\'s checkup', description: 'Exam, cleaning and fluoride for children under 12.', priceCents: 8_500, durationMinutes: 30 },
      { name: 'Tooth-colored filling', description: 'Composite filling of one tooth.', priceCents: 19_500, priceNote: 'from, depending on size', durationMinutes: 45 },
      { name: 'Porcelain crown', description: 'Made in our own lab; two visits a week apart.', priceCents: 118_000, durationMinutes: 90 },
      { name: 'Root canal', description: 'Treatment of one root canal, front teeth and premolars. Molars are referred.', priceCents: 89_000, priceNote: 'from', durationMinutes: 90 },
      { name: 'Simple extraction', description: 'Removal of one tooth under local anesthetic.', priceCents: 21_000, durationMinutes: 45 },
      { name: 'Teeth whitening', description: 'In-office whitening in one visit, with a take-home kit.', priceCents: 39_900, durationMinutes: 75 },
      { name: 'Clear aligners', description: 'Straightening with clear trays, 6 to 14 months.', priceCents: 380_000, priceNote: 'from, payable monthly' },
      { name: 'Night guard', description: 'Custom guard against grinding.', priceCents: 42_000 },
      { name: 'Emergency visit', description: 'Same-day visit for pain, swelling or a broken tooth.', priceCents: 15_000, priceNote: 'treatment is extra', durationMinutes: 30 },
    ],
    currency: 'USD',
    faqs: faqs.map(([id, question, answer]) => ({ id, question, answer })),
    instructions:
      'Be warm and brief. Never give a diagnosis or advise on medication. For severe pain, swelling or bleeding offer the same-day emergency visit. Appointments can\'t be booked on this line yet: offer to take a message, and say that the front desk calls back.',
    greeting: 'Thank you for calling Alder Cove Dental. How can I help you today?',
    disclosure: { isSpoken: true, text: 'This call is answered by an A I assistant, and it is recorded so that we can follow up on it.' },
    recording: { isEnabled: true },
    transfer: { number: '+15035550143', when: 'open-hours', ringSeconds: 20 },
    // The demo shows the model at work, and the drills count its requests.
    voice: { language: 'en-US', otherLanguages: ['es-US'], hasDirectAnswers: false },
  }
}

function holidays(year: number) {
  const thanksgiving = DateTime.local(year, 11, 1)
  const fourthThursday = thanksgiving.plus({ days: ((4 - thanksgiving.weekday + 7) % 7) + 21 })
  return [
    { date: `${year}-01-01`, intervals: [], note: 'New Year\'s Day' },
    { date: `${year}-07-04`, intervals: [], note: 'Independence Day' },
    { date: fourthThursday.toFormat('yyyy-MM-dd'), intervals: [], note: 'Thanksgiving' },
    { date: `${year}-12-24`, intervals: [{ opens: '08:00', closes: '12:00' }], note: 'Christmas Eve, mornings only' },
    { date: `${year}-12-25`, intervals: [], note: 'Christmas Day' },
  ]
}

const faqs: readonly (readonly [id: string, question: string, answer: string])[] = [
  ['saturday', 'Are you open on Saturdays?', 'Yes. On Saturdays we are open from 9 in the morning until 1 in the afternoon.'],
  ['sunday', 'Are you open on Sundays?', 'No, we are closed on Sundays. Our Saturday hours are 9 to 1.'],
  ['late-evening', 'Do you have evening appointments?', 'Yes. On Thursdays we see patients until 7 in the evening.'],
  ['parking', 'Where can I park?', 'There is free parking behind the building for two hours. Enter from Third Street; the spaces marked Alder Cove are ours.'],
  ['public-transport', 'Can I come by bus?', 'Yes. Bus lines 4 and 11 stop at the public library, right across the street.'],
  ['wheelchair', 'Is the office wheelchair accessible?', 'Yes. There is a ramp at the Third Street entrance and an elevator to our floor, and every treatment room is accessible.'],
  ['new-patients', 'Are you accepting new patients?', 'Yes, we are happy to take new patients, adults and children. The first visit takes about an hour.'],
  ['first-visit', 'What should I bring to my first visit?', 'Please bring a photo ID, your insurance card, a list of your medications, and recent X-rays if you have them. Come ten minutes early for the forms.'],
  ['insurance', 'Which dental insurance do you accept?', 'We accept most PPO plans and file the claim for you. We are not in network with HMO plans. Bring your card, and we check your benefits before treatment.'],
  ['medicaid', 'Do you take Medicaid or the Oregon Health Plan?', 'We see children on the Oregon Health Plan. For adults we are not taking new Oregon Health Plan patients at the moment.'],
  ['no-insurance', 'What if I have no insurance?', 'Our membership plan costs 29 dollars a month. It covers two cleanings, two exams and X-rays a year, and takes 15 percent off everything else.'],
  ['payment', 'How can I pay?', 'We take cash, cards, and health savings accounts. For treatment over 500 dollars we offer interest-free payments over six months.'],
  ['cleaning-price', 'How much is a cleaning?', 'A regular cleaning is 98 dollars without insurance. With most PPO plans two cleanings a year are covered in full.'],
  ['whitening-price', 'How much does teeth whitening cost?', 'In-office whitening is 399 dollars and takes about 75 minutes. The price includes a kit for touch-ups at home.'],
  ['whitening-safe', 'Does whitening hurt or damage my teeth?', 'Whitening does not damage healthy enamel. Some people feel sensitive teeth for a day or two. We check for cavities first.'],
  ['emergency', 'What do I do in a dental emergency?', 'Call us as early as you can; we keep time free every day for same-day emergency visits, which cost 150 dollars plus treatment. When we are closed, the recording tells you how to reach the dentist on call.'],
  ['knocked-out', 'My tooth was knocked out. What should I do?', 'Hold the tooth by the crown, keep it in milk, and come in at once. Within an hour the chances to save it are best.'],
  ['swelling', 'My face is swollen, what now?', 'Swelling can be serious. Come in for a same-day emergency visit. If you have trouble breathing or swallowing, call 911.'],
  ['cancel', 'How do I cancel or move my appointment?', 'Please tell us at least 24 hours ahead and there is no charge. Later than that, we charge 50 dollars for the missed time.'],
  ['late', 'What if I am running late?', 'Up to ten minutes is fine. After that we may have to shorten or move your visit, so do call us.'],
  ['children-age', 'From what age do you see children?', 'We like to see children from their first tooth, or by their first birthday. A checkup for children under twelve is 85 dollars.'],
  ['anxiety', 'I am afraid of the dentist. Can you help?', 'Many of our patients are. We take breaks whenever you raise a hand, offer headphones and blankets, and can give laughing gas for 75 dollars a visit.'],
  ['sedation', 'Do you offer sedation?', 'We offer laughing gas. For sedation by pill or by vein we refer you to an oral surgeon whom we work with closely.'],
  ['wisdom-teeth', 'Do you remove wisdom teeth?', 'We remove wisdom teeth that have come through. Impacted ones are referred to an oral surgeon.'],
  ['implants', 'Do you do dental implants?', 'We restore implants with crowns here. The implant itself is placed by a specialist, and we coordinate the visits for you.'],
  ['aligners', 'Do you do braces or clear aligners?', 'We do clear aligners, from 3,800 dollars, payable monthly. We don\'t do metal braces. The first consultation is free.'],
  ['crown-time', 'How long does a crown take?', 'Two visits, about a week apart. Crowns are made in our own lab, and you leave the first visit with a temporary one.'],
  ['xray', 'How often do I need X-rays?', 'Usually once a year for bite-wing X-rays, and a full set every five years. Our digital X-rays use very little radiation.'],
  ['records', 'How do I get my records or send them to you?', 'E-mail hello@aldercove-dental.example with your name and date of birth. Records leave within three working days, free of charge.'],
  ['languages', 'Does anyone speak Spanish?', 'Yes. Doctor Ramos and two people at the front desk speak Spanish.'],
  ['dentists', 'Who are the dentists?', 'Doctor Elena Ramos, Doctor Peter Lindqvist and Doctor Amara Osei. Doctor Osei sees most of our children.'],
  ['aftercare-extraction', 'What do I do after an extraction?', 'Bite on the gauze for 30 minutes, no straws and no smoking for two days, and soft food on the first day. Then rinse with warm salt water. If bleeding goes on after four hours, call us.'],
  ['aftercare-filling', 'When can I eat after a filling?', 'You can eat as soon as the numbness is gone, usually after two hours. The filling is hard right away.'],
  ['gift', 'Do you sell gift cards?', 'Yes, for whitening and for cleanings, at the front desk.'],
  ['covid', 'Do I have to wear a mask?', 'Masks are not required. If you have a fever or a cough, please move your visit; there is no charge for that.'],
  [
    'whole-visit',
    'What happens at a new patient visit?',
    'First we talk about your health and what brings you in. Then we take a full set of digital X-rays. After that the dentist examines your teeth, gums and bite, and checks for oral cancer. At the end you get a written treatment plan with prices, and we can clean your teeth on the same day if there is time.',
  ],
]
