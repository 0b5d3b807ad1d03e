import { spokenAddress } from './spoken-address.ts'

it.each([
  ['122 Pier Rd, Seattle, WA 98101', '122 Pier Road, Seattle, Washington 98101'],
  ['48 NW 3rd Ave., Ste 200, Portland, OR', '48 Northwest 3rd Avenue, Suite 200, Portland, Oregon'],
  ['9 Main St #4, St. Louis, MO 63101', '9 Main Street #4, St. Louis, Missouri 63101'],
  ['1 Court Dr\nDenver, CO 80202', '1 Court Drive, Denver, Colorado 80202'],
  ['5 Avenue B, Austin, TX', '5 Avenue B, Austin, Texas'],
  ['Hafenstr. 12, 28195 Bremen', 'Hafenstraße 12, 28195 Bremen'],
  ['12 rue du Port, 44000 Nantes', '12 rue du Port, 44000 Nantes'],
  ['Calle Mayor 3, 2º E, Madrid', 'Calle Mayor 3, 2º E, Madrid'],
])('an address is written out before it is said: %s', (written, said) => expect(spokenAddress(written)).toBe(said))
