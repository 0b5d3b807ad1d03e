const streets: Record<string, string> = {
  st: 'Street', ave: 'Avenue', av: 'Avenue', blvd: 'Boulevard', rd: 'Road', dr: 'Drive', ln: 'Lane', ct: 'Court', pl: 'Place', sq: 'Square', hwy: 'Highway', pkwy: 'Parkway', ter: 'Terrace',
}
const directions: Record<string, string> = {
  N: 'North', S: 'South', E: 'East', W: 'West', NE: 'Northeast', NW: 'Northwest', SE: 'Southeast', SW: 'Southwest',
}
const states: Record<string, string> = Object.fromEntries(
  `AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,DC D C`
    .split(',')
    .map((state) => [state.slice(0, 2), state.slice(3)]),
)

/** What a postal address abbreviates, written out: streets, points of the compass, the states of the USA; `Str.`. Figures stay. */
export function spokenAddress(address: string): string {
  return address
    .replace(/\s*\n\s*/g, ', ')
    .replace(/,\s*([A-Z]{2})(?=\s+\d{5}\b|\s*(?:,|$))/g, (whole, code: string) => (states[code] ? `, ${states[code]}` : whole))
    .replace(/(?<=\S )(St|Ave?|Blvd|Rd|Dr|Ln|Ct|Pl|Sq|Hwy|Pkwy|Ter)\b\.?(?=\s*(?:,|#|$|Ste\b|Suite\b|Unit\b|Apt\b|[NSEW]{1,2}\b))/g, (_, name: string) => streets[name.toLowerCase()]!)
    .replace(/(?<=\d )([NS][EW]?|[EW])\b\.?(?= )|(?<=[a-z] )([NS][EW]?|[EW])\b\.?(?=,|$)/g, (_, before?: string, after?: string) => directions[(before ?? after)!]!)
    .replace(/\bSte\b\.?/g, 'Suite')
    .replace(/([Ss])tr\.(?=\s)/g, '$1traße')
    .trim()
}
