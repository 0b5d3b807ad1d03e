import { stem, tokens } from './search-terms.ts'

/**
 * What people ask businesses about: a topic a line, its parts set apart by slashes. Words of one part mean nearly the same to a
 * caller, words of other parts of the line are about the same thing; a word may stand in several lines, and an underscore joins
 * the words of a phrase. Spanish, French and German words are there for the most frequent topics, so that a caller who speaks
 * another language than the knowledge is written in finds something. What one trade alone talks about, its knowledge says itself.
 */
const topics = `
park parking parked garage lot valet car_park parking_lot parking_space aparcamiento estacionamiento parkplatz stationnement / car vehicle van truck automobile suv coche auto voiture / drive driving motor
charging charger ev electric_vehicle electric_car hybrid plug
pet animal mascota haustier / dog puppy pup perro hund chien / cat kitten gato katze / bird parrot / rabbit hamster rodent / leash kennel breed furry
vet veterinary veterinarian / vaccine vaccination vaccinate shot rabies immunization / spay neuter castrate sterilise sterilize / microchip chip / flea tick worm
wifi internet wireless online hotspot broadband wlan get_online / connection connect connectivity password / laptop computer email web website
breakfast brunch desayuno fruhstuck dejeuner something_to_eat_in_the_morning / morning / buffet continental / egg pancake waffle cereal omelette coffee
food eat eating meal cuisine dining dine bite comida essen nourriture / dish menu plate entree course portion / restaurant cafe cafeteria diner bistro canteen / lunch / dinner supper / snack appetizer starter / chef cook kitchen
room_service bring_to_my_room / dessert cake sweet pastry ice_cream pie / tasting set_menu specials
coffee espresso latte cappuccino tea cafe
pay payment paid paying pagar bezahlen payer / card credit debit visa mastercard amex american_express discover credit_card tarjeta karte carte / cash check cheque money coin efectivo bargeld especes / apple_pay google_pay paypal venmo contactless wallet mobile_pay / bill invoice receipt
price cost costs charge fee rate tariff how_much precio cuesta cuanto preis kosten kostet prix combien coute / expensive cheap affordable pricey inexpensive / dollar euro pound buck cent / surcharge extra additional hidden tax / tip tipping gratuity service_charge
free complimentary gratis no_charge for_nothing no_cost included include gratuito kostenlos gratuit / charge cost fee pay
installments instalments financing finance payment_plan spread_the_cost monthly_payments
deposit prepay prepayment down_payment upfront up_front security_deposit hold
hour hours opening closing business_hours horario offnungszeiten horaires / open opens abierto geoffnet ouvert / close closes closed shut cerrado geschlossen ferme / late early until midnight / schedule timetable
when time what_time how_late how_early how_soon earliest latest cuando wann quand / day date weekday / pm oclock p_m a_m
how_long duration take takes last lasts long / hour minute day week month
weekend saturday sunday / weekday monday tuesday wednesday thursday friday
holiday christmas xmas thanksgiving easter new_year vacation
wheelchair handicap handicapped disabled disability accessible accessibility mobility barrier walker crutch rollstuhl silla_de_ruedas fauteuil / ramp step stairs staircase elevator lift / blind deaf hearing braille
child children kid baby toddler infant son daughter boy girl newborn little_one little_ones year_old nino ninos kind kinder enfant enfants / teenager teen teens minor adolescent pupil / family families familia famille / playground playroom play swing slide toy / childcare babysitter babysitting daycare nanny look_after
crib cot baby_bed cradle bassinet / infant baby newborn
stroller pram buggy pushchair baby_carriage
high_chair highchair booster car_seat child_seat / toddler baby infant
cancel cancellation cancelling canceled call_off called_off cancelar stornieren annuler / refund money_back reimburse reimbursement refundable / quit terminate end_contract get_out_of / penalty no_show miss_appointment
change move reschedule modify postpone amend switch another_day different_day / plans
book booking reserve reservation reserved appointment reserva reservierung reservation termin / ahead advance beforehand in_advance / walk_in walk_ins without_reservation drop_in same_day / wait waiting line queue waitlist
luggage baggage bag suitcase gepack equipaje bagages / backpack purse belongings stuff coat jacket / store storage locker cloakroom coat_check hold_on_to keep leave_my
smoke smoking smoker cigarette cigar tobacco nonsmoking fumar rauchen fumer / vape vaping / ashtray
pool swim swimming piscina schwimmbad piscine / lap heated lifeguard / jacuzzi hot_tub
sauna steam / spa massage wellness massages therapist physiotherapy treatment facial / hot_tub jacuzzi whirlpool
gym fitness work_out workout exercise exercising / train training trainer coach / treadmill weights dumbbell machine / class lesson course session workshop yoga pilates / teach teacher instructor learn
shuttle transfer pick_us_up pick_me_up drop_off / airport plane flight flughafen aeropuerto aeroport / ride transport transportation taxi cab uber lyft
bus train subway tram metro underground transit public_transport public_transportation rail railway / station stop line
bike bicycle cycle cycling cyclist bicicleta fahrrad velo / rack
alcohol alcoholic beer wine cocktail liquor spirits whiskey booze champagne / bar pub lounge drink drinks / bottle corkage byob bring_your_own own_bottle bring_a_bottle / happy_hour
drink drinks beverage / water juice soda lemonade / tea coffee
vegetarian veggie meatless no_meat vegetariano vegetarisch vegetarien / vegan plant_based dairy_free animal_products / meat beef pork chicken lamb fish seafood
gluten wheat celiac coeliac gluten_free / allergy allergic allergen allergies intolerance intolerant nut peanut lactose dairy / diet dietary / halal muslim / kosher jewish / organic healthy local
spicy spice chili mild hot
deliver delivery delivered bring_to_my drop_it_off ship shipping shipped courier lieferung entrega livraison / doordash ubereats grubhub
takeout take_out takeaway take_away to_go carryout carry_out pick_up pickup collect collection take_home
outdoor outdoors outside patio terrace open_air al_fresco sit_outside sidewalk rooftop / garden courtyard yard balcony / heater heated umbrella
parkland / playground
picnic barbecue bbq grill / camp camping tent rv campsite / hike hiking trail path walk / court tennis basketball golf field / boat kayak fishing surf
seat seats seating sit table chair booth
dress_code dress wear attire clothes clothing outfit / casual formal smart jacket tie suit shorts jeans sandals
party celebrate celebration birthday anniversary / private event function banquet gathering / group groups large_party / host venue hall hire / conference meeting corporate company
wedding marry married marriage bride groom reception ceremony
music musician band concert live dj jazz song / entertainment entertain show performance perform
gift present voucher certificate gift_card gift_certificate gutschein / souvenir souvenirs memento
discount reduced reduction cheaper deal special coupon promotion promo concession savings / student college university school / senior seniors elderly retired pensioner older / military veteran / loyalty rewards reward points regular / happy_hour
ticket tickets admission entry entrance enter get_in pass eintritt entrada billet / season_ticket annual_pass
tour tours guided guide show_us_around / audio headset audioguide headphones / exhibit exhibition display gallery museum / visit visitor
photo photos photograph photography picture pictures camera film filming video selfie / flash tripod drone
shop store souvenir gift_shop boutique tienda geschaft / buy purchase sell sale sold comprar kaufen acheter / stock carry brand brands
rent rental hire borrow loaner lend loan lease mieten alquilar louer
toilet restroom bathroom washroom lavatory loo toilets toilette bano / changing_table diaper
shower showers bath bathtub tub / towel towels robe toiletries shampoo soap hairdryer hair_dryer
bed beds / cot rollaway extra_bed sofa_bed futon / king queen double twin single / mattress pillow blanket sheet
room rooms suite accommodation bedroom zimmer habitacion chambre / stay staying night guest / shared private ensuite connecting
laundry washing washer dryer dry_cleaning ironing iron wash_my_clothes
tv television cable channel netflix streaming
air_conditioning air_conditioner aircon ac / heating heater heat / cold warm cool temperature
fridge refrigerator minibar freezer / microwave stove oven kettle kitchenette
check_in checkin checking_in arrive arrival get_into pick_up_key / key early
check_out checkout checking_out leave departure depart / late last_day
reception front_desk receptionist concierge lobby / staff employee personnel someone somebody / around_the_clock twenty_four_hour 24_hour 24_7 all_night
location located address where directions direction donde direccion adresse / near nearby nearest close distance far away walk walking walkable how_far / map street area neighborhood neighbourhood downtown center centre district
zip postcode postal zip_code postal_code
language languages speak spoken interpreter translator translation / spanish english french german chinese italian polish multilingual bilingual
age old how_old minimum young under adult adults / year years
how_many many capacity maximum big size large / people persons person guests
id identification identity passport license licence / document documents paper papers proof
insurance insurer insured cover covered coverage plan claim
emergency emergencies urgent urgently right_away immediately / pain hurt hurts ache aching
warranty guarantee guaranteed guaranty
return returns exchange bring_back send_back / receipt
repair repairs fix fixed mend broken breaks broke damage damaged / service maintenance servicing
estimate quote quotation
membership member members subscription subscribe join enroll contract sign_up monthly / freeze pause suspend hold
trial try test_lesson first_time
lost found forgot forgotten left_behind missing
safe safety security secure guard surveillance
contact phone telephone call email reach telefono telefon
message voicemail call_me_back call_back / manager owner boss
business_center printer print fax copy scanner office
quiet noise noisy loud silent / busy crowd crowded full packed rush
view views scenic overlook / ocean sea beach lake river
rating ratings star stars rated review reviews / moderate price_range midrange
popular famous best recommend recommendation signature specialty known_for / new latest
history founded built established
record records file files copy
consultation consult first_meeting / advice advise / lawyer attorney solicitor / divorce separate separation custody / visa immigration green_card citizenship / testament wills estate inherit inheritance / accident injury injured crash / lease tenant landlord eviction rent / court case trial lawsuit sue
confidential private privacy secret
video_call zoom remote virtual online
patient patients new_patient / doctor physician dentist nurse specialist / clinic hospital / prescription prescriptions medicine medication pill pills refill drug
tooth teeth dental / clean cleaning hygienist / whiten whitening bleach bleaching / implant crown filling denture / braces aligner aligners straighten orthodontist / sedation anaesthesia anesthesia asleep nervous / x_ray xray radiograph
haircut hair cut trim style stylist barber / color colour dye highlights bleach / nail nails manicure pedicure / beard shave / wax waxing
oil lubricant / brake brakes pad pads / tire tires tyre tyres wheel / engine / inspection inspect emissions / tow towing towed stranded breakdown broke_down / dent bumper scratch bodywork paint / battery electric hybrid
plumber plumbing pipe leak drain clog clogged faucet / electrician wiring outlet / roof gutter / moving mover
plant plants flower flowers tree trees bush / soil dirt compost mulch / garden gardening gardener lawn landscaping landscape / mower tool tools equipment
house_call house_calls come_to_my_home come_to_my_house home_visit onsite
job jobs hiring career vacancy apply
covid mask sanitize hygiene clean cleaning
weather rain forecast sunny
robot computer machine human
`

/** By stem, the groups that a word belongs to: a group is one part of a topic. */
export const groupsOf = new Map<string, number[]>()
/** By group, its topic. */
export const topicOf: number[] = []
const phrasesBy = new Map<string, { stems: string[]; group: number }[]>()

for (const [topic, line] of topics.trim().split('\n').entries()) {
  for (const part of line.split(' / ')) {
    const group = topicOf.push(topic) - 1
    for (const word of part.split(' ')) {
      const stems = tokens(word.replaceAll('_', ' ')).map(stem)
      const first = stems[0]!
      if (stems.length > 1) phrasesBy.set(first, [...(phrasesBy.get(first) ?? []), { stems, group }])
      else groupsOf.set(first, [...new Set(groupsOf.get(first)).add(group)])
    }
  }
}

/** The groups of the phrases that a text holds, given the stems of its words in order. */
export function phraseGroups(stems: readonly string[]): number[] {
  return stems.flatMap((first, at) =>
    (phrasesBy.get(first) ?? []).filter((phrase) => phrase.stems.every((stem, i) => stems[at + i] === stem)).map(({ group }) => group),
  )
}
